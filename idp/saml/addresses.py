"""Our own name and addresses, as our metadata says."""

from idp.runtime.context import settings


def entity_id() -> str:
    """Our own name in messages: the address of our metadata."""
    return _at("metadata")


def sign_on() -> str:
    """Where service providers send authentication requests, by redirect or form."""
    return _at("sso")


def logout() -> str:
    """Where service providers send logout requests by the browser."""
    return _at("slo")


def soap_logout() -> str:
    """Where service providers send logout requests from server to server."""
    return _at("soap")


def _at(name: str) -> str:
    return f"{settings().server.issuer.rstrip('/')}/saml/{name}"
