"""Turns: who signs in when, while more people come than passwords can be hashed."""
