"""Building and reading URLs. Pure."""

from urllib.parse import urlsplit


def with_query(uri: str, query: str) -> str:
    """`uri` with an encoded query added. The query that `uri` has already stays byte for byte (RFC 6749 §3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{query}"


def origin_of(uri: str) -> str:
    """Scheme and authority of `uri`, at most 300 characters."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"[:300]
