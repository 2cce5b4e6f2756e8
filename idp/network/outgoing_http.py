"""Every outgoing HTTP request: deadlines, sizes, certificates and addresses are checked here alone.

For a URL from a client's registration, every IP address of the host must be public or lie in
`outgoing.allowed_networks`. The connection uses the checked IP address, so that no redirect, second name lookup or
unusual IP notation reaches an internal host. A URL from the operator's settings (another provider, an SMS gateway) is
not checked, and uses the environment's proxy if there is one. Time and size are bounded for both: a server that sends a byte now and then is cut off like a silent one.
"""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from idp.network import certificate_authorities
from idp.network.deadline import Deadline
from idp.network.urls import DEFAULT_PORTS
from idp.observability import tracing
from idp.observability.requests import request_id
from idp.runtime.context import settings

PATIENCE = 5.0
"""Seconds for the connection and for each part of the response; twice this for a whole request."""

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
"""IPv6 networks whose addresses embed an arbitrary IPv4 address (compatible, translated, NAT64, Teredo, 6to4), and
the old site-local one."""


class Unreachable(Exception):
    """No usable response. The message states the cause, without any part of the response body.

    `is_late`: the response was not complete before the deadline.
    """

    is_late = False


class TooLate(Unreachable):
    """The response was not complete before the deadline."""

    is_late = True


class InsideAddress(requests.ConnectionError):
    """The host name resolves to an address that is not public."""


@dataclass(frozen=True)
class Answer:
    """`body` is complete; `kind` its media type, without parameters."""

    status: int
    body: bytes
    kind: str = ""


class Session(requests.Session):
    """A requests session that reaches only public addresses and ignores the environment.

    `is_late`: the last request was cut off, even if its response looks complete. `of_operator`: the URLs come from the
    operator's settings. `seconds`: the time limit of a whole request.
    """

    def __init__(self, of_operator: bool = False, seconds: float | None = None) -> None:
        super().__init__()
        self.trust_env = False
        self._deadline = Deadline()
        guard = _Certificates if of_operator else _Guard
        for scheme in ("https://", "http://"):
            self.mount(scheme, guard(self._deadline, 2 * PATIENCE if seconds is None else seconds))

    @property
    def is_late(self) -> bool:
        return self._deadline.passed

    def finish(self, answer: requests.Response, largest: int = 4096, seconds: float = 1.0) -> None:
        """End the use of `answer`: keep its connection if the remaining body is small and has arrived, else close it."""
        if not self._is_read(answer, largest, seconds):
            answer.close()
        self._deadline.end_exchange()

    def _is_read(self, answer: requests.Response, largest: int, seconds: float) -> bool:
        if answer.headers.get("Content-Length") == "0" or answer.status_code == 204:
            return answer.content == b""
        if not _may_be_used_again(answer):
            return False
        self._deadline.begin_part(seconds)
        try:
            for part in answer.iter_content(largest):
                largest -= len(part)
                if largest < 0:
                    return False
        except (requests.RequestException, OSError):
            return False
        return not self.is_late

    def close(self) -> None:
        self._deadline.end()
        super().close()


def get(address: str, accept: str, largest: int, seconds: float | None = None) -> Answer:
    """GET without following redirects, within `seconds` if they are given. Raises Unreachable, also for more than `largest` bytes."""
    return _whole(Session(seconds=seconds), "GET", address, largest, headers={"Accept": accept})


def call(method: str, address: str, largest: int, seconds: float, **more: Any) -> Answer:
    """A request to a URL of the operator's settings, within `seconds`, without redirects. Raises Unreachable, also for more than `largest` bytes."""
    proxies = requests.utils.get_environ_proxies(address)
    return _whole(Session(True, seconds), method, address, largest, proxies=proxies, **more)


def _whole(session: Session, method: str, address: str, largest: int, **more: Any) -> Answer:
    try:
        with session as browser:
            answer = browser.request(
                method, address, timeout=PATIENCE, allow_redirects=False, stream=True, **more
            )
            body = bytearray()
            for part in answer.iter_content(8192):
                body += part
                if len(body) > largest:
                    raise Unreachable(f"answered more than {largest} bytes")
            if browser.is_late:
                raise TooLate("answered too slowly")
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
            return Answer(answer.status_code, bytes(body), kind)
    except (requests.RequestException, OSError, ValueError) as fault:
        if session.is_late:
            raise TooLate("answered too slowly") from fault
        raise Unreachable(f"no answer: {type(fault).__name__}") from fault


def permitted(address: str) -> bool:
    """Whether an IP address may be called: a public one, or one in `outgoing.allowed_networks`."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or ip
    for network in settings().outgoing.networks:
        if inner.version == network.version and inner in network:
            return True
    return inner.is_global and not inner.is_multicast and not any(inner in net for net in _CARRIES_ANOTHER)


class _Certificates(HTTPAdapter):
    """Trusts the authorities of `idp.network.certificate_authorities`, and cuts a request at its deadline."""

    def __init__(self, deadline: Deadline, seconds: float) -> None:
        super().__init__()
        self._deadline = deadline
        self._seconds = seconds

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        self._deadline.begin(self._seconds)
        if identifier := request_id():
            request.headers["X-Request-Id"] = identifier
        if tracing.tracer is None:
            return super().send(request, *arguments, **options)
        host = urlsplit(request.url or "").hostname or ""
        with tracing.outgoing(request.method or "", str(host), request.headers):
            return super().send(request, *arguments, **options)

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool["ssl_context"] = certificate_authorities.context()
        return host, pool

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        return self._watched(super().get_connection_with_tls_context(request, verify, proxies, cert))

    def _watched(self, pool: Any) -> Any:
        pool.ConnectionCls = _watching(type(pool).ConnectionCls, self._deadline)
        return pool


class _Guard(_Certificates):
    """Resolves the name once, checks every address, and connects to the first; TLS still verifies the name."""

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        parts = urlsplit(request.url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        host = parts.hostname or ""
        address = _checked(host, port)
        _, attributes = self.build_connection_pool_key_attributes(request, verify, cert)
        pool: dict[str, Any] = dict(attributes)
        if parts.scheme == "https":
            pool |= {"server_hostname": host, "assert_hostname": host}
        return self._watched(self.poolmanager.connection_from_host(address, port, parts.scheme, pool))

    def add_headers(self, request: Any, **_: Any) -> None:
        # The connection is made to an IP address, so the host name is set here.
        request.headers["Host"] = urlsplit(request.url).netloc


def _may_be_used_again(answer: requests.Response) -> bool:
    """Whether the connection outlives this response (RFC 9112 §9.3), whose body then has an end of its own."""
    headers = answer.headers
    return headers.get("Connection", "").lower() != "close" and (
        "Content-Length" in headers or "Transfer-Encoding" in headers
    )


def _watching(kind: Any, deadline: Deadline) -> Any:
    """urllib3's connection class `kind`; its sockets are shut down at the deadline."""

    class Watched(kind):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            sock: socket.socket = super()._new_conn()
            deadline.watch(self, sock)
            return sock

        def close(self) -> None:
            deadline.leave(self)
            super().close()

    return Watched


def _checked(host: str, port: int) -> str:
    try:
        addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as fault:
        raise requests.ConnectionError(f"{host} has no address") from fault
    if not addresses or not all(permitted(address) for address in addresses):
        raise InsideAddress(f"{host} is not at a public address")
    return addresses[0]
