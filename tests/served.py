"""Servers of this process on loopback.

`LoopbackServer` serves an application. An `Address` serves one application after the other. An issuer is the address that it
answers at: under an address that stays, its settings stay too, and so its application can be lent (`tests.applications`).
"""

import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer

PATIENCE = 20.0
"""Seconds for a request that is under way at the end of a loan."""

POLL = 0.02
"""Seconds until a server sees that it is to end; a test waits for that. The library's own half a second is longer than most tests."""

Application = Callable[..., Iterable[bytes]]


class LoopbackServer(ThreadedWSGIServer):
    """werkzeug's server on 127.0.0.1. Each response is read and closed before its first byte is sent.

    werkzeug leaves a response open when the browser drops the connection: the file behind it is then closed by the garbage
    collector, whose warning fails whatever test is running.
    """

    def __init__(self, app: Application | None = None, port: int = 0) -> None:
        self._application: Application = app or Flask("nothing here")
        super().__init__("127.0.0.1", port, self._whole)

    def serve_forever(self, poll_interval: float = POLL) -> None:
        super().serve_forever(poll_interval)

    @property
    def app(self) -> Application:
        return self._whole

    @app.setter
    def app(self, application: Application) -> None:
        if application != self._whole:
            self._application = application

    def _whole(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        parts = self._application(environ, start_response)
        with contextlib.closing(parts) if hasattr(parts, "close") else contextlib.nullcontext():
            return [b"".join(parts)]


class Address:
    """A server on a free port, for as long as the process lives."""

    def __init__(self) -> None:
        self._application: Application = Flask("nothing here")
        self._under_way = 0
        self._changed = threading.Condition()
        self._server = LoopbackServer(self._answer)
        self.url = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def lend(self, application: Application) -> None:
        """From now on `application` answers."""
        with self._changed:
            self._application = application

    def end(self) -> None:
        """From now on nothing answers but 404, and no request of the last application is under way any more."""
        with self._changed:
            self._application = Flask("nothing here")
            assert self._changed.wait_for(lambda: self._under_way == 0, PATIENCE)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._changed:
            application = self._application
            self._under_way += 1
        try:
            # Read here to its end: the request is under way until its response is closed.
            parts = application(environ, start_response)
            with contextlib.closing(parts) if hasattr(parts, "close") else contextlib.nullcontext():
                return [b"".join(parts)]
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()
