"""Rules of stored responses: which are stored, and at which URL."""
