"""Building and reading URLs. Pure."""

DEFAULT_PORTS = {"https": 443, "http": 80}
"""Scheme → port (RFC 9110 §4.2)."""


def with_query(uri: str, query: str) -> str:
    """`uri` with an encoded query added. The query that `uri` has already stays byte for byte (RFC 6749 §3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{query}"
