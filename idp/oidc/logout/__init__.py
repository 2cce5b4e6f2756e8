"""Logout."""
