"""Limits on rows written by anonymous visitors, and single use of ids."""
