"""A loopback address of this process at which one application after the other answers.

An issuer is the address that it answers at. Under an address that stays, its settings stay too, and so its application can be
lent (`tests.applications`).
"""

import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

PATIENCE = 20.0
"""Seconds for a request that is under way at the end of a loan."""


class Address:
    """A server on a free port, for as long as the process lives."""

    def __init__(self) -> None:
        self._application: Callable[..., Iterable[bytes]] = Flask("nothing here")
        self._under_way = 0
        self._changed = threading.Condition()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def lend(self, application: Callable[..., Iterable[bytes]]) -> None:
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
            # Whole, so that all of it has happened here: werkzeug closes a response when the client has let go.
            parts = application(environ, start_response)
            with contextlib.closing(parts) if hasattr(parts, "close") else contextlib.nullcontext():
                return [b"".join(parts)]
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()
