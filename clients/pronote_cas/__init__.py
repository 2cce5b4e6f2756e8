"""Pronote as schools have it: a service of CAS, by PyPI's python-cas, without a line of the provider."""
