"""Outgoing requests to addresses that other parties registered (idp/network/outgoing_http.py)."""
