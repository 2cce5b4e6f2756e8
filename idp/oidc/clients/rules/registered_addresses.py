"""Addresses in a registration: validation of URIs that browsers are sent to, or that we fetch (RFC 6749 §3.1.2)."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from idp.oidc.clients.rules.metadata_reader import Reader

LONGEST_RESOURCE = 500
"""Characters. Several resources go into one access token."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


def redirect_uris(read: Reader, name: str, application_type: str, loopback_http: bool) -> tuple[str, ...]:
    """Addresses that a browser is sent back to; an app may have a scheme of its own (RFC 8252 §7.1)."""
    values = read.texts(name, error="invalid_redirect_uri")
    native = application_type == "native"
    for value in values:
        if reason := fault_of(value, loopback_http or native, native):
            read.fault(name, reason, "invalid_redirect_uri")
    return values


def addresses(read: Reader, name: str, loopback_http: bool) -> tuple[str, ...]:
    """A list of addresses, of which the provider fetches one per request."""
    values = read.texts(name)
    for value in values:
        if reason := fault_of(value.partition("#")[0], loopback_http, False):
            read.fault(name, reason)
    return values


def address(read: Reader, name: str, loopback_http: bool) -> str | None:
    """One address, or None where the member is absent or at fault."""
    value = read.document.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        read.fault(name, "is an address")
        return None
    if reason := fault_of(value, loopback_http, False):
        read.fault(name, reason)
        return None
    return value


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


def same_origin(uri: str, other: str) -> bool:
    """Scheme, host and port agree (Front-Channel Logout 1.0 §2)."""
    ours, theirs = urlsplit(uri), urlsplit(other)
    return (ours.scheme, ours.hostname, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)


def is_resource(value: str) -> bool:
    """Whether a text can be a resource indicator at all."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    named = bool(parts.scheme and (parts.netloc or parts.path))
    return named and "#" not in value and len(value) <= LONGEST_RESOURCE and _is_plain(value)


def fault_of(value: str, loopback_http: bool, own_scheme: bool) -> str | None:
    """What is wrong with an address, in words; None if nothing is."""
    if not _is_plain(value):
        return "holds a character that no address may hold, or is longer than 2,000"
    try:
        parts = urlsplit(value)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "is not an address"
    if "#" in value:
        return "must not have a fragment (RFC 6749 §3.1.2)"
    if "*" in (parts.netloc or ""):
        return "must not have a wildcard"
    if parts.username is not None or parts.password is not None:
        return "must not have a user or password"
    if parts.scheme == "https" and host:
        return None
    if parts.scheme == "http" and host in LOOPBACK:
        return None if loopback_http else "must be https://"
    if own_scheme and "." in parts.scheme:
        return None
    return "must be https://"


def _is_plain(value: str) -> bool:
    return (
        len(value) <= 2000
        and value.isascii()
        and value.isprintable()
        and not any(c in value for c in ' "<>\\^`{|}')
    )


def name_of(addresses: Sequence[str | None]) -> str:
    """The display name of a client without `client_name` (RFC 7591 §2): the host of its first address, or an app's scheme."""
    parts = urlsplit(next(filter(None, addresses), ""))
    return parts.hostname or parts.scheme
