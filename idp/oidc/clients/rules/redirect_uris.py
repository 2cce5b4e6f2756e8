"""Comparison of redirect URIs with the registered ones: byte for byte (RFC 9700 §2.1, RFC 8252 §7.3)."""

from collections.abc import Sequence
from urllib.parse import urlsplit


def matches(uri: str, registered: str, application_type: str) -> bool:
    """Byte for byte; a native client on a loopback address may use any port (RFC 8252 §7.3)."""
    if uri == registered:
        return True
    if application_type != "native":
        return False
    try:
        known_part, requested_part = urlsplit(registered), urlsplit(uri)
        port = requested_part.port
    except ValueError:
        return False
    if known_part.scheme != "http" or known_part.hostname not in ("127.0.0.1", "::1") or port is None:
        return False
    host = f"[{known_part.hostname}]" if known_part.hostname == "::1" else known_part.hostname
    return uri == f"http://{host}:{port}{known_part.path}{'?' + known_part.query if known_part.query else ''}"


def difference(uri: str, registered: Sequence[str]) -> str:
    """For the log: which part of the nearest registered address differs. Never shown to a person."""
    names = ("scheme", "host", "path", "query", "fragment")
    try:
        requested = urlsplit(uri)
    except ValueError:
        return "it is not an address"
    differing = [
        [
            name
            for name, known_part, requested_part in zip(names, urlsplit(known), requested, strict=True)
            if known_part != requested_part
        ]
        for known in registered
    ]
    nearest = min(differing, key=len, default=[])
    return (
        f"{' and '.join(nearest)} differ from the nearest registered address"
        if nearest
        else "its spelling differs"
    )
