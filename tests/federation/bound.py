"""Servers whose addresses are known before their applications: two providers that name each other in their settings."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from tests.served import LoopbackServer


class Bound:
    """An address on loopback; `serve` gives it its application."""

    def __init__(self, host: str) -> None:
        self._server = LoopbackServer()
        self.issuer = f"http://{host}:{self._server.server_port}"
        self.app: Flask | None = None
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def serve(self, app: Flask) -> Flask:
        self.app = self._server.app = app
        self._thread.start()
        return app

    def close(self) -> None:
        if self.app is not None:
            self._server.shutdown()
            self._thread.join()
            connections = self.app.extensions.get("connections")
            if connections is not None:
                with self.app.app_context():
                    connections.close()
        self._server.server_close()


@contextmanager
def two_providers() -> Iterator[tuple[Bound, Bound]]:
    """Ours, and second. Two names of this machine: a browser keeps cookies by name, not by port."""
    first, second = Bound("localhost"), Bound("127.0.0.1")
    try:
        yield first, second
    finally:
        first.close()
        second.close()
