"""The CAS Protocol 3.0.3 (Apereo)."""
