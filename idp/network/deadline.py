"""A deadline of a whole exchange: a socket's own timeout restarts with each byte, this one does not."""

import contextlib
import socket
import threading


class Deadline:
    """Shuts down the connections that are open when the time of an exchange is over. Used by one thread at a time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sockets: dict[object, socket.socket] = {}
        self._unclosed: list[object] = []
        self._timer: threading.Timer | None = None
        self._exchange = 0
        self.passed = False

    def begin(self, seconds: float) -> None:
        """Start the time of a new exchange, on connections that may be open already."""
        self.end_exchange()
        self.begin_part(seconds)

    def begin_part(self, seconds: float) -> None:
        """Start the time of a further part of the same exchange."""
        self._cancel()
        self.passed = False
        self._timer = threading.Timer(seconds, self._cut, (self._exchange,))
        self._timer.daemon = True
        self._timer.start()

    def end_exchange(self) -> None:
        """The exchange is over; connections that are still open may serve the next."""
        self._cancel()
        with self._guard:
            while self._unclosed:
                self._close(self._unclosed.pop())

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._guard:
            # A timer that has just run out does not cut the exchange after its own.
            self._exchange += 1

    def end(self) -> None:
        """Watch nothing any more."""
        self.end_exchange()
        with self._guard:
            for watched in self._sockets.values():
                watched.close()
            self._sockets.clear()
            self._unclosed.clear()

    def watch(self, connection: object, sock: socket.socket) -> None:
        """Cut `sock`, the socket of `connection`, at the deadline."""
        with self._guard:
            self._close(connection)
            # A duplicate: TLS takes over the descriptor, and shutting one down ends the connection of both.
            self._sockets[connection] = sock.dup()
            if self.passed:
                _shut(self._sockets[connection])

    def leave(self, connection: object) -> None:
        """`connection` was closed. A response may still be read from its socket (http.client), until the exchange is over."""
        with self._guard:
            self._unclosed.append(connection)

    def _close(self, connection: object) -> None:
        watched = self._sockets.pop(connection, None)
        if watched is not None:
            watched.close()

    def _cut(self, exchange: int) -> None:
        with self._guard:
            if exchange != self._exchange:
                return
            self.passed = True
            for watched in self._sockets.values():
                _shut(watched)


def _shut(watched: socket.socket) -> None:
    with contextlib.suppress(OSError):
        watched.shutdown(socket.SHUT_RDWR)
