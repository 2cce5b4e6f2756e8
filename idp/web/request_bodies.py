"""Requests are processed when their bodies are complete: a slow body blocks no other request.

The server assigns a thread to a request as soon as its header is read, and reading the body then waits without a
deadline. So the process has many threads for waiting and few slots for working: a request takes a slot when its body
is complete. A body has `DEADLINE` seconds; after that it must arrive at `LEAST_RATE`, and in any case within `LONGEST`.
A late request gets 408 (RFC 9110 §15.5.9) and its connection is closed. Linux only; elsewhere the reverse proxy must do it.
"""

import contextlib
import errno
import io
import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from idp.observability import counting
from idp.runtime.context import SLOT
from idp.web.places import NoPlace, Places
from idp.web.slots import Held, is_for_machines

DEADLINE = 10.0
"""Seconds within which a small body has to be complete."""
LEAST_RATE = 2_000
"""Minimum rate of a larger body after `DEADLINE`, in bytes a second."""
LONGEST = 300.0
"""Seconds after which any body is late."""
MOST_WAITING = 200
"""Number of requests of a process with incomplete bodies; more are refused with 503."""
THREADS_FOR_WAITING = MOST_WAITING + 56
SLOT_PATIENCE = 5.0
"""Seconds that a complete request waits for a slot before it gets 503."""
LARGEST_REQUEST = 256 * 1024
"""Largest body in bytes for any route. Larger ones are a school's files: the application reads or refuses them itself."""
ARRIVED = "idp.arrived"
"""Key of the WSGI environment: when the request was complete (`time.perf_counter`), before it waited for a slot."""

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class BodyFault(Exception):
    """The body cannot be read; the message is the status line of the response."""


class WholeRequests:
    """WSGI middleware: reads each body, then calls `app` in one of `slots` slots. Health has a slot of its own, liveness none.

    `for_machines` of the slots serve the protocol's endpoints and single sign-on alone; 0: all serve everybody.
    `enter` is called in the thread of a request with the name of its slot, and with None when it leaves the slot.
    """

    def __init__(
        self,
        app: Application,
        slots: int,
        enter: Callable[[str | None], None] = lambda slot: None,
        for_machines: int = 0,
    ) -> None:
        self._app = app
        self._enter = enter
        self._slots = Places("slot", slots - for_machines, SLOT_PATIENCE)
        self._machines = Places("machine", for_machines, SLOT_PATIENCE) if for_machines else self._slots
        self._health = Places("health", 1, SLOT_PATIENCE)
        self._waiting = Places("waiting", MOST_WAITING)
        self._large = Places("large", max(1, slots // 4))
        self._late = LateBodies()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        # The server sets an empty host if the header is missing.
        if not environ.get("HTTP_HOST") and environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            return _answer(start_response, "400 Bad Request")  # RFC 9112 §3.2
        try:
            if environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
                return self._in_slot(environ, start_response)
            length = _length(environ)
            if length is not None and length > LARGEST_REQUEST:
                with self._large.place():
                    self._late.begin()
                    try:
                        return self._in_slot(environ, start_response)
                    finally:
                        self._late.end()
            self._read(environ, length)
            return self._in_slot(environ, start_response)
        except NoPlace:
            return _answer(start_response, "503 Service Unavailable")
        except BodyFault as fault:
            return _answer(start_response, str(fault))

    def _in_slot(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/health/live":
            return self._app(environ, start_response)
        environ[ARRIVED] = time.perf_counter()
        places = self._slots
        if is_for_machines(path, environ):
            places = self._machines
        elif path.startswith("/health/"):
            places = self._health
        held = Held(places, self._enter)
        environ[SLOT] = held
        held.enter()
        try:
            return self._app(environ, start_response)
        finally:
            held.leave()

    def _read(self, environ: dict[str, Any], length: int | None) -> None:
        """Put the whole body in place of the stream. Raises BodyFault."""
        place = self._waiting.take()
        try:
            self._late.begin()
            body = _received(environ["wsgi.input"])
        finally:
            self._late.end()
            self._waiting.give_back(place)
        if len(body) > LARGEST_REQUEST:
            raise BodyFault("413 Content Too Large")
        if length is not None and len(body) != length:
            # The server passes on a body that was cut off as a complete one.
            raise BodyFault("408 Request Timeout")
        environ["wsgi.input"] = io.BytesIO(body)
        if length is None:
            # A chunked body has a known length from here on (RFC 9112 §7.1).
            del environ["HTTP_TRANSFER_ENCODING"]
            environ["CONTENT_LENGTH"] = str(len(body))


def _length(environ: dict[str, Any]) -> int | None:
    """The Content-Length; None for a chunked body. Raises BodyFault."""
    text = environ.get("CONTENT_LENGTH")
    if text is None or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise BodyFault("400 Bad Request")
    return int(text)


def _received(stream: Any) -> bytes:
    """The body; reads at most LARGEST_REQUEST + 1 bytes."""
    body = b""
    while len(body) <= LARGEST_REQUEST and (piece := stream.read(LARGEST_REQUEST + 1 - len(body))):
        body += piece
    return body


def _answer(start_response: StartResponse, status: str) -> list[bytes]:
    counting.cut_off(status[:3])
    retry = [("Retry-After", "5")] if status.startswith("503") else []
    start_response(status, [("Content-Type", "text/plain"), ("Connection", "close"), *retry])
    return [status.partition(" ")[2].encode()]


@dataclass(frozen=True)
class _Account:
    """Milliseconds since data was sent and received on a connection; bytes that the peer acknowledged, and that came."""

    since_sent: int
    since_received: int
    acknowledged: int
    received: int

    @property
    def is_answered(self) -> bool:
        """Whether the last event is data sent by us. A new connection counts its times from its start."""
        if self.since_sent == self.since_received:
            return self.acknowledged > 1
        return self.since_sent < self.since_received


@dataclass(frozen=True)
class _Unfinished:
    """A connection with received data after the last sent data: a request without a response."""

    since: float
    received: int


class LateBodies:
    """Cuts the connections whose request is late, while any thread waits for a body.

    The server does not reveal which connection a request belongs to, and its reads cannot be interrupted. The kernel's
    statistics of each connection (`tcp_info`) show which requests are incomplete; shutting down their reading side wakes
    the waiting thread.
    """

    def __init__(self, period: float = 1.0) -> None:
        self._period = period
        self._lock = threading.Lock()
        self._reading_since: dict[int, float] = {}
        self._unfinished: dict[tuple[int, int], _Unfinished] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """This thread begins to read a body; `end` must follow. Two calls cost less than a context manager, on each POST."""
        with self._lock:
            self._reading_since[threading.get_ident()] = time.monotonic()
            if self._thread is None and sys.platform == "linux":
                self._thread = threading.Thread(target=self._watch, name="late bodies", daemon=True)
                self._thread.start()
            if not self._wake.is_set():
                self._wake.set()

    def end(self) -> None:
        """This thread has read its body, or has given it up."""
        with self._lock:
            self._reading_since.pop(threading.get_ident(), None)

    def _watch(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(self._period)
            with self._lock:
                oldest = min(self._reading_since.values(), default=None)
                if oldest is None:
                    self._wake.clear()
                    self._unfinished.clear()
                    continue
            self._look(time.monotonic(), oldest)

    def _look(self, now: float, oldest: float) -> None:
        """Check all connections of this process; the thread that has waited longest began at `oldest`."""
        unfinished = {}
        # A body behind another request of the same packet looks like an answered one: if a thread still waits, idle
        # connections are cut too. The client opens a new one.
        desperate = now - oldest > DEADLINE + 3
        for number in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError), _duplicate(int(number)) as connection:
                if connection.family not in (socket.AF_INET, socket.AF_INET6):
                    continue
                account = _account(connection)
                if desperate and account.since_sent > DEADLINE * 1000:
                    connection.shutdown(socket.SHUT_RD)
                if account.is_answered:
                    continue
                key = (int(number), os.fstat(connection.fileno()).st_ino)
                entry = self._unfinished.get(key) or _Unfinished(now, account.received)
                unfinished[key] = entry
                if _is_late(now - entry.since, account.received - entry.received):
                    connection.shutdown(socket.SHUT_RD)
        self._unfinished = unfinished


def _is_late(seconds: float, received: int) -> bool:
    return seconds > LONGEST or (seconds > DEADLINE and received < LEAST_RATE * seconds)


@contextlib.contextmanager
def _duplicate(number: int) -> Iterator[socket.socket]:
    """A duplicate socket object for a file descriptor. Raises OSError if it is no socket.

    Only a socket may be duplicated: closing any descriptor of a file releases all POSIX locks that this process holds on it
    (fcntl(2)), so a closed duplicate of an SQLite database would let another process delete the log in use.
    """
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        raise OSError(errno.ENOTSOCK, os.strerror(errno.ENOTSOCK))
    copy = os.dup(number)
    if not stat.S_ISSOCK(os.fstat(copy).st_mode):
        # The number was closed and assigned to a file since the first look. The duplicate stays open, for the same reason.
        raise OSError(errno.ENOTSOCK, os.strerror(errno.ENOTSOCK))
    with socket.socket(fileno=copy) as connection:
        yield connection


def _account(connection: socket.socket) -> _Account:
    """Reads linux/tcp.h's tcp_info. Raises OSError for a listening socket or another kind of socket."""
    connection.getpeername()
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
    since_sent, _, since_received = struct.unpack_from("III", info, 44)
    acknowledged, received = struct.unpack_from("QQ", info, 120)
    return _Account(since_sent, since_received, acknowledged, received)
