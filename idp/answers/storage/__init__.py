"""The tables of this package and their statements."""
