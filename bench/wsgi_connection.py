"""A connection to the application in the same process: messages of HTTP become calls of WSGI."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from bench.http import Connection
from idp.database.engine import Connections
from idp.web.request_bodies import WholeRequests


class WsgiConnection(Connection):
    """`app` as the server calls it, with as many slots. `status`, `head` and `body` are of the last response."""

    def __init__(self, app: Flask, slots: int) -> None:
        super().__init__(0)
        self._slots = slots
        self._connections: Connections = app.extensions["connections"]
        self._requests = WholeRequests(app, slots, self._connections.slots.enter)
        self.status = ""
        self.head: list[tuple[str, str]] = []
        self.body = b""

    def request(self, message: bytes) -> tuple[int, bytes, bytes]:
        self.call(environment(message))
        head = "".join(f"\r\n{name}: {value}" for name, value in self.head)
        return int(self.status[:3]), head.encode(), self.body

    def call(self, environ: dict[str, Any]) -> None:
        """One request, with its environment."""
        self.body = b"".join(self._requests(environ, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.head = status, headers

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements of the block on SQLite, its round trips on PostgreSQL."""
        executed: list[str] = []
        drivers = self._drivers()
        for driver in drivers:
            if hasattr(driver, "set_trace_callback"):
                driver.set_trace_callback(executed.append)
            else:
                driver.wait = _noting(driver.wait, executed)
        yield executed
        for driver in drivers:
            if hasattr(driver, "set_trace_callback"):
                driver.set_trace_callback(None)
            else:
                del driver.wait

    def _drivers(self) -> list[Any]:
        """The driver's connection of every slot."""
        slots = self._connections.slots
        drivers: list[Any] = []
        for number in range(self._slots):
            slots.enter(f"slot {number}")
            drivers.append(self._connections.reading().connection.driver_connection)
        slots.enter(None)
        return drivers


def _noting(wait: Callable[..., Any], executed: list[str]) -> Callable[..., Any]:
    def noted(*arguments: Any, **more: Any) -> Any:
        executed.append("round trip")
        return wait(*arguments, **more)

    return noted


def environment(message: bytes) -> dict[str, Any]:
    """The WSGI environment of a message, as granian makes it."""
    head, _, body = message.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    method, target, version = line.split(" ")
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": version,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for header_line in lines:
        name, _, value = header_line.partition(": ")
        key = name.upper().replace("-", "_")
        environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
    return environ


def json_of(body: bytes) -> dict[str, Any]:
    """The JSON object in a response's body."""
    values: dict[str, Any] = json.loads(body)
    return values
