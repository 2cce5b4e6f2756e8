"""Statements of the end of an account."""
