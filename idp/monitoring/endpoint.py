"""The HTTP server of `/metrics`: few threads, short waits, nothing but this address."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from idp.monitoring.exposition import Exposition

AT_ONCE = 8
"""Connections that are served at the same time; more are closed."""
PATIENCE = 5.0
"""Seconds that a client may take for its request."""
KIND = "text/plain; version=0.0.4; charset=utf-8"


class Endpoint(ThreadingHTTPServer):
    """Serves `exposition` on `listener`, a socket that listens already."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, exposition: Exposition) -> None:
        address = listener.getsockname()
        super().__init__(address, _Request, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_address = address
        self.exposition = exposition
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing: a client that closes its connection is not a fault."""


class _Request(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server_version = "idp"
    sys_version = ""
    server: Endpoint

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self._answer(404, "text/plain", b"/metrics\n")
            return
        self._answer(200, KIND, self.server.exposition.text())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """A scrape is no event."""
