"""Which service a URL belongs to (CAS Protocol 3.0.3 §2.1.1, §2.2.1): exact URLs and prefixes, never regular expressions.

A URL is compared as browsers and servers read it. What two readers could read in two ways is no service URL at all: a user
part, a backslash, a fragment, an encoded slash or dot, a path that climbs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from idp.network.urls import DEFAULT_PORTS
from idp.services.rules.registered_addresses import LOOPBACK, is_plain

_TWO_READINGS = re.compile(r"%(2f|5c|00|25)", re.IGNORECASE)
"""Encoded in a path: slash, backslash, the zero byte, and the percent sign, behind which another of these can hide."""
_SERVLET_SESSION = re.compile(r"\A([^?#]*?);jsessionid=[a-z0-9._!+-]*(?=\?|\Z)", re.IGNORECASE)
"""The session of a servlet at the end of a path (Jakarta Servlet 5.0 §7.1.3)."""


@dataclass(frozen=True)
class ServiceUrl:
    """A URL that one server reads in one way. `text` is what was sent, without a servlet's session; host in lower case, port filled in."""

    text: str
    scheme: str
    host: str
    port: int
    path: str
    query: str | None


@dataclass(frozen=True)
class Pattern:
    """URLs of a service: this one alone, or all below it if `is_prefix`."""

    url: ServiceUrl
    is_prefix: bool = False


def read(text: str, loopback_http: bool) -> ServiceUrl | None:
    """A service URL; None for what is not https, or can be read in two ways. `loopback_http`: http://localhost is allowed.

    A servlet's session is no part of it: the Java client sends the address without one at the login, and with one at the first validation.
    """
    text = _SERVLET_SESSION.sub(r"\1", text)
    if not is_plain(text) or "#" in text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc or "*" in parts.netloc or "%" in parts.netloc or host.endswith("."):
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK and loopback_http):
        return None
    if port == 0 or parts.netloc.endswith(":") or not _is_plain_path(parts.path):
        return None
    # urlsplit does not distinguish an empty query from none.
    query = text.partition("?")[2] if "?" in text else None
    number = port or DEFAULT_PORTS[parts.scheme]
    return ServiceUrl(text, parts.scheme, host, number, parts.path or "/", query)


def _is_plain_path(path: str) -> bool:
    if _TWO_READINGS.search(path) or "//" in path:
        return False
    # Servers in Java drop what follows a semicolon before they resolve dots.
    segments = (unquote(segment.partition(";")[0]) for segment in path.split("/"))
    return not any(segment in (".", "..") for segment in segments)


def matches(url: ServiceUrl, pattern: Pattern) -> bool:
    """Whether a URL is one of the pattern's. A prefix ends at a boundary: `/a` covers `/a`, `/a/b` and `/a?c`, never `/ab`."""
    known = pattern.url
    if (url.scheme, url.host, url.port) != (known.scheme, known.host, known.port):
        return False
    if not pattern.is_prefix:
        return (url.path, url.query) == (known.path, known.query)
    if known.path.endswith("/"):
        return url.path.startswith(known.path)
    return url.path == known.path or url.path.startswith(f"{known.path}/")


def best(url: ServiceUrl, patterns: Iterable[tuple[str, Pattern]]) -> str | None:
    """The service of a URL, of (service, pattern) in the order of their registration: an exact pattern, else the longest prefix."""
    best_service: str | None = None
    rank = (-1, -1)
    for service, pattern in patterns:
        new = (0 if pattern.is_prefix else 1, len(pattern.url.path))
        if new > rank and matches(url, pattern):
            best_service, rank = service, new
    return best_service


def with_parameter(url: str, name: str, value: str) -> str:
    """The URL with one more parameter; its own query stays byte for byte."""
    separator = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return f"{url}{separator}{name}={value}"
