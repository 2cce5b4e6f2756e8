"""Opaque tokens and encrypted values."""
