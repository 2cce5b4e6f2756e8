"""Addresses in a registration: validation of URIs that browsers are sent to, or that we fetch (RFC 6749 §3.1.2)."""

from urllib.parse import urlsplit

from idp.services.rules.registered_addresses import fault_of, is_plain
from idp.services.rules.registration_reader import Reader

LONGEST_RESOURCE = 500
"""Characters. Several resources go into one access token."""


def redirect_uris(read: Reader, name: str, application_type: str, loopback_http: bool) -> tuple[str, ...]:
    """Addresses that a browser is sent back to; an app may have a scheme of its own (RFC 8252 §7.1)."""
    values = read.texts(name, error="invalid_redirect_uri")
    native = application_type == "native"
    for value in values:
        if reason := fault_of(value, loopback_http or native, native):
            read.fault(name, reason, "invalid_redirect_uri")
    return values


def resources(read: Reader) -> tuple[str, ...]:
    """Resource indicators: absolute URIs without a fragment (RFC 8707 §2)."""
    values = read.texts("resources")
    for value in values:
        if not is_resource(value):
            read.fault("resources", "holds absolute URIs without a fragment")
    return values


def web_host(uri: str, application_type: str) -> str | None:
    """The host of a web address; None for an app's own scheme and for loopback, which any app can use."""
    parts = urlsplit(uri)
    if parts.scheme not in ("https", "http") or (application_type == "native" and parts.scheme == "http"):
        return None
    return parts.hostname


def is_resource(value: str) -> bool:
    """Whether a text can be a resource indicator at all."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    named = bool(parts.scheme and (parts.netloc or parts.path))
    return named and "#" not in value and len(value) <= LONGEST_RESOURCE and is_plain(value)
