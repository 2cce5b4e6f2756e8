"""What leaves the house for an address that somebody else has written down (idp/outgoing.py)."""
