"""Servers outside the provider: a port that counts connections, a server with configured responses, a server that sends byte by byte."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from functools import cache

from flask import Flask, Response, request
from joserfc.jwk import ECKey

from idp.app import create_app
from tests.conftest import Clock, Serve, settings_for


class Listener:
    """A server on loopback that records its connections. `says`: the bytes sent, once, after `heard` has arrived."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, says: bytes = b"") -> None:
        self.seen, self.says, self.received_bytes = 0, says, b""
        self.server = socket.create_server((host, port))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.seen += 1
            with connection:
                if self.says:
                    self.received_bytes = connection.recv(4096)
                    connection.sendall(self.says)

    def close(self) -> None:
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join()


class Outside:
    """A server with a configured response; it counts its requests."""

    def __init__(self, serve: Serve) -> None:
        self.asked: list[str] = []
        self.body: bytes = b"{}"
        self.status, self.headers = 200, {"Content-Type": "application/json"}
        app = Flask("outside")
        app.add_url_rule("/<path:path>", view_func=self._answer, methods=["GET", "POST"])
        self.address = serve(app)

    def _answer(self, path: str) -> Response:
        self.asked.append(request.path)
        return Response(self.body, self.status, self.headers)

    def publishes(self, *kids: str, private: bool = False) -> None:
        keys = [ECKey.generate_key("P-256", {"kid": kid}) for kid in kids]
        self.body = json.dumps({"keys": [key.as_dict(private=private) for key in keys]}).encode()


PAUSE, PIECES = 0.02, 400
"""Seconds between two pieces of a dripping server; how many it has. All of them take far longer than any caller may wait."""


class Dripper:
    """Accepts one connection and sends `start`, then `piece` again and again, then `end`: an answer whole and right at last.

    `finished`: nobody has hung up before the end. Without a `piece` it never says anything, and waits to be left.
    """

    def __init__(self, start: bytes, piece: bytes, end: bytes = b"") -> None:
        self._start, self._piece, self._end = start, piece, end
        self.over, self.finished = threading.Event(), False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._drip, daemon=True)
        self._thread.start()

    def _drip(self) -> None:
        try:
            connection, _ = self._server.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.sendall(self._start)
            # Reading with a time limit paces the drops, and notices at once when the caller hangs up.
            connection.settimeout(PAUSE)
            for _ in range(PIECES):
                try:
                    while connection.recv(4096):
                        pass
                    break
                except TimeoutError:
                    connection.sendall(self._piece)
            else:
                connection.sendall(self._end)
                self.finished = True
        self.over.set()

    def was_left(self) -> bool:
        """Whether the caller hung up while there were still pieces to send."""
        return self.over.wait(2 * PAUSE * PIECES) and not self.finished

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@contextlib.contextmanager
def allowing(*networks: str) -> Iterator[None]:
    """An application's context in which these networks of the inside may be called: no row is looked at here."""
    with _app(networks).app_context():
        yield


@cache
def _app(networks: tuple[str, ...]) -> Flask:
    return create_app(
        settings_for("sqlite:///:memory:", outgoing={"allowed_networks": list(networks)}), Clock()
    )
