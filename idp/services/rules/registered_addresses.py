"""Addresses in a registration: validation of URIs that browsers are sent to, or that the provider requests."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from idp.services.rules.registration_reader import Reader

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


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


def same_origin(uri: str, second: str) -> bool:
    """Scheme, host and port agree (Front-Channel Logout 1.0 §2)."""
    first_parts, second_parts = urlsplit(uri), urlsplit(second)
    return (first_parts.scheme, first_parts.hostname, first_parts.port) == (
        second_parts.scheme,
        second_parts.hostname,
        second_parts.port,
    )


def fault_of(value: str, loopback_http: bool, own_scheme: bool) -> str | None:
    """What is wrong with an address, in words; None if nothing is."""
    if not is_plain(value):
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


def is_plain(value: str) -> bool:
    """Whether a text has only characters that an address may have, and is not too long."""
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
