"""Requests that leave the house for an address that somebody else has written down (a client's registration).

Every address of the host must be a public one, or lie in `outgoing.allowed_networks`; the connection then goes to the very
address that was judged, so that neither a redirect, nor a second look-up of the name, nor an odd spelling of an IP leads
inside. Time and size are bounded: whoever answers a byte now and then is cut off like whoever says nothing.
"""

import contextlib
import ipaddress
import socket
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from idp.context import settings

PATIENCE = 5.0
"""Seconds for the connection and for each part of the answer; twice this for all of a request."""

_PORTS = {"https": 443, "http": 80}
_CARRIES_ANOTHER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    )
)
"""IPv6 networks whose addresses carry an IPv4 address of anybody's choice (compatible, translated, NAT64, Teredo, 6to4), and
the old site-local one."""


class Unreachable(Exception):
    """No usable answer. The message says what happened, without anything of the answer's body."""


class InsideAddress(requests.ConnectionError):
    """The name leads to an address that is not a public one."""


@dataclass(frozen=True)
class Answer:
    """`body` is complete."""

    status: int
    body: bytes


class Session(requests.Session):
    """A requests session that reaches public addresses alone, and takes no proxy from the environment.

    `is_late`: the last request was cut off, whatever its answer looks like.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self._deadline = _Deadline()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Guard(self._deadline))

    @property
    def is_late(self) -> bool:
        return self._deadline.passed

    def close(self) -> None:
        self._deadline.end()
        super().close()


def get(address: str, accept: str, largest: int) -> Answer:
    """GET without following redirects. Raises Unreachable, also for more than `largest` bytes."""
    try:
        with Session() as browser:
            answer = browser.get(
                address, headers={"Accept": accept}, timeout=PATIENCE, allow_redirects=False, stream=True
            )
            body = bytearray()
            for part in answer.iter_content(8192):
                body += part
                if len(body) > largest:
                    raise Unreachable(f"answered more than {largest} bytes")
            if browser.is_late:
                raise Unreachable("answered too slowly")
            return Answer(answer.status_code, bytes(body))
    except (requests.RequestException, ValueError) as fault:
        raise Unreachable(f"no answer: {type(fault).__name__}") from fault


def permitted(address: str) -> bool:
    """Whether an IP address may be called: a public one, or one in `outgoing.allowed_networks`."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or found
    for network in settings().outgoing.networks:
        if inner.version == network.version and inner in network:
            return True
    return inner.is_global and not inner.is_multicast and not any(inner in net for net in _CARRIES_ANOTHER)


class _Guard(HTTPAdapter):
    """Resolves the name once, judges every address, and connects to the first; TLS still asks for the name."""

    def __init__(self, deadline: "_Deadline") -> None:
        super().__init__()
        self._deadline = deadline

    def send(self, *arguments: Any, **options: Any) -> requests.Response:
        self._deadline.begin(2 * PATIENCE)
        return super().send(*arguments, **options)

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
        found_pool = self.poolmanager.connection_from_host(address, port, parts.scheme, pool)
        found_pool.ConnectionCls = self._deadline.watching(type(found_pool).ConnectionCls)
        return found_pool

    def add_headers(self, request: Any, **_: Any) -> None:
        # The connection is made to an IP address, so the name is said here.
        request.headers["Host"] = urlsplit(request.url).netloc


class _Deadline:
    """Cuts the connections of a request when its time is over: a socket's own timeout begins anew with each byte."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer: threading.Timer | None = None
        self.passed = False

    def begin(self, seconds: float) -> None:
        """The time of a new request; the one before is over."""
        self.end()
        self.passed = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._guard:
            while self._sockets:
                self._sockets.pop().close()

    def watching(self, kind: Any) -> Any:
        """urllib3's connection class `kind`, each of whose sockets is shut when time is over."""
        watch = self._watch

        class Watched(kind):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                watch(made)
                return made

        return Watched

    def _watch(self, made: socket.socket) -> None:
        with self._guard:
            # A duplicate: TLS takes the descriptor over, and shutting one shuts the connection of both.
            self._sockets.append(made.dup())
        if self.passed:
            self._cut()

    def _cut(self) -> None:
        self.passed = True
        with self._guard:
            for one in self._sockets:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


def _judged(host: str, port: int) -> str:
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as fault:
        raise requests.ConnectionError(f"{host} has no address") from fault
    if not found or not all(permitted(address) for address in found):
        raise InsideAddress(f"{host} is not at a public address")
    return found[0]
