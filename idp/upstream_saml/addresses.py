"""Our name and addresses as a service provider: others for each upstream, so that no answer of one is taken for another's."""

from idp.runtime.context import settings


def entity_id(upstream: str) -> str:
    """Our name in messages to an upstream: the address of our metadata for it."""
    return _at(upstream, "metadata")


def consumer(upstream: str) -> str:
    """Where its responses arrive, by a form."""
    return _at(upstream, "acs")


def logout(upstream: str) -> str:
    """Where its logout messages arrive by the browser."""
    return _at(upstream, "slo")


def soap_logout(upstream: str) -> str:
    """Where its logout requests arrive from server to server."""
    return _at(upstream, "soap")


def _at(upstream: str, name: str) -> str:
    return f"{settings().server.issuer.rstrip('/')}/federation/saml/{upstream}/{name}"
