"""Building and reading URLs. Pure."""

import re
from collections.abc import Iterable
from urllib.parse import quote_plus, urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}
"""Scheme → port (RFC 9110 §4.2)."""


_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")


def form_encoded(fields: Iterable[tuple[str, str]]) -> str:
    """`application/x-www-form-urlencoded`. Most values are unreserved characters, which stay as they are."""
    return "&".join(
        f"{name}={value if _UNRESERVED.fullmatch(value) else quote_plus(value)}" for name, value in fields
    )


def with_query(uri: str, query: str) -> str:
    """`uri` with an encoded query added. The query that `uri` has already stays byte for byte (RFC 6749 §3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{query}"


def origin_of(uri: str) -> str:
    """Scheme and authority of `uri`, at most 300 characters."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"[:300]
