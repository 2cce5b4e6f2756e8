"""Building URLs. Pure."""


def with_query(uri: str, query: str) -> str:
    """`uri` with an encoded query added. The query that `uri` has already stays byte for byte (RFC 6749 §3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{query}"
