"""Trusted certificate authorities of every outgoing connection, HTTPS and mail.

The machine's own authorities, those of certifi (a slim container has none of its own), and those of `outgoing.ca_file`.
"""

import ssl

import certifi

from idp.runtime.context import settings


def context() -> ssl.SSLContext:
    """The TLS context of an outgoing connection. Raises OSError (or its subclass ssl.SSLError) if `outgoing.ca_file` cannot be read."""
    ssl_context = ssl.create_default_context()
    ssl_context.load_verify_locations(certifi.where())
    if more := settings().outgoing.ca_file:
        ssl_context.load_verify_locations(more)
    return ssl_context
