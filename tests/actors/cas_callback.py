"""The callback of a service that proxies by CAS (pgtUrl): a server by https, under a certificate of a private authority."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests import private_authority

PATIENCE = 30
"""Seconds that a busy machine may take over any one thing."""


class Callback:
    """`granted`: the tickets that were sent to it. With `hangs`, its answers wait for `let_go`; `arrived` counts its requests."""

    def __init__(self, served: Path, status: int = 200, hangs: bool = False) -> None:
        self.granted: dict[str, str] = {}
        self.arrived, self.let_go = threading.Semaphore(0), threading.Event()
        if not hangs:
            self.let_go.set()
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                callback.granted[query["pgtIou"][0]] = query["pgtId"][0]
                callback.arrived.release()
                assert callback.let_go.wait(PATIENCE)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = private_authority.tls(served).wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.server.server_address[1]}/proxy"

    def close(self) -> None:
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
