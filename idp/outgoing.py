"""Requests that leave the house for an address that somebody else has written down (a client's registration).

Every address of the host must be a public one, or lie in `outgoing.allowed_networks`; the connection then goes to the very
address that was judged, so that neither a redirect, nor a second look-up of the name, nor an odd spelling of an IP leads
inside. Time and size are bounded.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from idp.context import settings

PATIENCE = 5.0
"""Seconds for the connection and for each part of the answer; twice this for all of it."""

_PORTS = {"https": 443, "http": 80}


class Unreachable(Exception):
    """No usable answer. The message says what happened, without anything of the answer's body."""


class InsideAddress(requests.ConnectionError):
    """The name leads to an address that is not a public one."""


@dataclass(frozen=True)
class Answer:
    """`body` is complete."""

    status: int
    body: bytes


def get(address: str, accept: str, largest: int) -> Answer:
    """GET without following redirects. Raises Unreachable, also for more than `largest` bytes."""
    began = time.monotonic()
    try:
        with session() as browser:
            answer = browser.get(
                address, headers={"Accept": accept}, timeout=PATIENCE, allow_redirects=False, stream=True
            )
            body = bytearray()
            for part in answer.iter_content(8192):
                body += part
                if len(body) > largest:
                    raise Unreachable(f"answered more than {largest} bytes")
                if time.monotonic() - began > 2 * PATIENCE:
                    raise Unreachable("answered too slowly")
            return Answer(answer.status_code, bytes(body))
    except (requests.RequestException, ValueError) as fault:
        raise Unreachable(f"no answer: {type(fault).__name__}") from fault


def session() -> requests.Session:
    """A requests session that reaches public addresses alone, and takes no proxy from the environment."""
    made = requests.Session()
    made.trust_env = False
    for scheme in ("https://", "http://"):
        made.mount(scheme, _Guard())
    return made


def permitted(address: str) -> bool:
    """Whether an IP address may be called: a public one, or one in `outgoing.allowed_networks`."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or found
    for network in settings().outgoing.networks:
        if inner.version == network.version and inner in network:
            return True
    # 6to4 and Teredo carry an IPv4 address of anybody's choice inside.
    hidden = getattr(inner, "sixtofour", None) or getattr(inner, "teredo", None)
    return inner.is_global and not inner.is_multicast and hidden is None


class _Guard(HTTPAdapter):
    """Resolves the name once, judges every address, and connects to the first; TLS still asks for the name."""

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        parts = urlsplit(request.url)
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname or ""
        address = _judged(host, port)
        _, found = self.build_connection_pool_key_attributes(request, verify, cert)
        pool: dict[str, Any] = dict(found)
        if parts.scheme == "https":
            pool |= {"server_hostname": host, "assert_hostname": host}
        return self.poolmanager.connection_from_host(address, port, parts.scheme, pool)

    def add_headers(self, request: Any, **_: Any) -> None:
        # The connection is made to an IP address, so the name is said here.
        request.headers["Host"] = urlsplit(request.url).netloc


def _judged(host: str, port: int) -> str:
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as fault:
        raise requests.ConnectionError(f"{host} has no address") from fault
    if not found or not all(permitted(address) for address in found):
        raise InsideAddress(f"{host} is not at a public address")
    return found[0]
