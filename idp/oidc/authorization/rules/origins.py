"""The origin of an address (RFC 6454 §4), as browsers write it."""

from functools import lru_cache
from urllib.parse import urlsplit

from idp.network.urls import DEFAULT_PORTS


@lru_cache(1024)
def web_origin(uri: str) -> str | None:
    """`scheme://host[:port]` without a default port, in lower case; None for what is not of the web."""
    parts = urlsplit(uri)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
