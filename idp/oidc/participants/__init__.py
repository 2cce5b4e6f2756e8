"""Relying parties of a session, and how they are notified of its end."""
