"""The origin of an address (RFC 6454 §4), as browsers write it."""

from functools import lru_cache
from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}


@lru_cache(1024)
def web_origin(uri: str) -> str | None:
    """`scheme://host[:port]` without a default port, in lower case; None for what is not of the web."""
    parts = urlsplit(uri)
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
