"""Codes, tokens and what they open."""
