"""The provider's application in this process, asked like a server: without a socket, a server, or its threads."""

import gc
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from idp.app import create_app
from idp.settings import load_settings
from idp.web.request_bodies import WholeRequests


class InProcess:
    """The application with the settings in `folder` (`bench.sides.prepared`). `around` is called before and after each request's work."""

    def __init__(self, folder: Path, port: int, around: Callable[[], None] = lambda: None) -> None:
        self.app = create_app(load_settings(folder / "config.toml", {}))
        connections = self.app.extensions["connections"]
        connections.slots.named_only = True
        self._application = WholeRequests(self.app, 8, connections.slots.enter)
        self._port = port
        self._around = around

    def request(self, message: bytes) -> tuple[int, bytes, bytes]:
        """As `bench.http.Connection.request`: (status, headers, body)."""
        environ, started = self._environ(message), []

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

    def _environ(self, message: bytes) -> dict[str, Any]:
        head, _, body = message.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, protocol = first.split(" ")
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": str(self._port),
            "SERVER_PROTOCOL": protocol,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for line in lines:
            name, _, value = line.partition(": ")
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
        return environ
