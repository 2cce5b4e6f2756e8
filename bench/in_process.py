"""The provider's application in this process, asked like a server: without a socket, a server, or its threads."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.wsgi_connection import environment
from idp.app import create_app
from idp.settings import load_settings
from idp.web.request_bodies import WholeRequests


class InProcess:
    """The application with the settings in `folder` (`bench.sides.prepared`). `around` is called before and after each request's work."""

    def __init__(self, folder: Path, around: Callable[[], None] = lambda: None) -> None:
        self.app = create_app(load_settings(folder / "config.toml", {}))
        connections = self.app.extensions["connections"]
        connections.slots.named_only = True
        self._application = WholeRequests(self.app, 8, connections.slots.enter)
        self._around = around

    def request(self, message: bytes) -> tuple[int, bytes, bytes]:
        """As `bench.http.Connection.request`: (status, headers, body)."""
        environ, started = environment(message), []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], None]:
            started.append((status, headers))
            return lambda _: None

        self._around()
        parts = self._application(environ, start_response)
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        self._around()
        status, headers = started[0]
        lines = "".join(f"\r\n{name}: {value}" for name, value in headers)
        return int(status[:3]), f"HTTP/1.1 {status}{lines}".encode(), body

    def settled(self) -> None:
        """As a web worker after its start (idp/wsgi.py), and without garbage collection, whose moment is chance."""
        gc.collect()
        gc.freeze()
        gc.disable()
