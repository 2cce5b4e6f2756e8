"""A database that goes silent, or holds a lock, makes nobody wait for long: 503 within five seconds, and back when it is."""

import contextlib
import selectors
import socket
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
import pytest
from sqlalchemy import make_url, text

from idp.app import create_app
from idp.database.engine import reading, transaction
from idp.database.faults import DATABASE_FAULTS
from idp.runtime.context import system_clock
from tests.actors.device import APP
from tests.actors.world import World
from tests.conftest import fresh_database, settings_for
from tests.operations.installation import Installation, eventually, status

SOON = 6.0
"""Seconds: five that are promised, and one for a busy machine."""


class Line:
    """A TCP proxy before PostgreSQL's Unix socket. Cut, it keeps connections and forwards nothing: a firewall's silence."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.cut = threading.Event()
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ends: list[socket.socket] = []
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.target)
            self.ends += [near, far]
            for source, target in ((near, far), (far, near)):
                thread = threading.Thread(target=self._carry, args=(source, target), daemon=True)
                self.threads.append(thread)
                thread.start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with (
            selectors.DefaultSelector() as selector,
            contextlib.suppress(OSError),
            contextlib.ExitStack() as end,
        ):
            # The server is notified of a client that has gone, which else holds its locks.
            end.callback(_shut, target)
            selector.register(source, selectors.EVENT_READ)
            while not self.over.is_set():
                if not selector.select(0.05) or self.cut.is_set():
                    self.over.wait(0.05)
                    continue
                if not (piece := source.recv(65536)):
                    return
                target.sendall(piece)

    def close(self) -> None:
        self.over.set()
        self.listener.close()
        for thread in self.threads:
            thread.join(5)
        for end in self.ends:
            end.close()


@pytest.fixture
def line() -> Iterator[tuple[Line, str]]:
    """A line to a fresh PostgreSQL database, and its address over that line."""
    url = fresh_database("postgresql")
    folder = parse_qs(urlsplit(url).query)["host"][0]
    line = Line(str(next(Path(folder).glob(".s.PGSQL.*[0-9]"))))
    name = make_url(url).database
    yield line, f"postgresql+psycopg://postgres@127.0.0.1:{line.port}/{name}"
    line.close()


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_WR)


def timed(address: str | urllib.request.Request) -> tuple[int | None, float]:
    began = time.monotonic()
    return status(address), time.monotonic() - began


def test_a_silent_database_is_503_soon_and_forgotten_when_it_speaks_again(
    line: tuple[Line, str], tmp_path: Path
) -> None:
    wire, url = line
    installation = Installation(tmp_path, url)
    with installation.running("serve", "--no-worker"):
        eventually(lambda: status(f"{installation.address}/health/ready") == 200)
        page = f"{installation.address}/authorize?client_id=nobody"
        assert status(page) == 400
        wire.cut.set()
        for address in (page, f"{installation.address}/health/ready"):
            code, seconds = timed(address)
            assert code == 503 and seconds < SOON, (address, code, seconds)
        assert timed(f"{installation.address}/health/live")[1] < 1
        wire.cut.clear()
        eventually(lambda: status(page) == 400)
        eventually(lambda: status(f"{installation.address}/health/ready") == 200, patience=60)


def test_a_connection_that_was_waited_for_in_vain_is_thrown_away(line: tuple[Line, str]) -> None:
    """A late answer must never be taken for that of the next statement. The worker has the same connections."""
    wire, url = line
    app = create_app(settings_for(url), system_clock)
    with app.app_context():
        connections = app.extensions["connections"]
        connections.patience = 0.5
        assert reading().execute(text("SELECT 1")).scalar() == 1
        wire.cut.set()
        with pytest.raises(DATABASE_FAULTS):
            reading().execute(text("SELECT 2"))
        wire.cut.clear()
        assert reading().execute(text("SELECT 3")).scalar() == 3
        with pytest.raises(DATABASE_FAULTS), transaction():
            wire.cut.set()
        wire.cut.clear()
        with transaction() as tx:
            assert tx.execute(text("SELECT 5")).scalar() == 5
        connections.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_lock_that_is_held_is_503_soon(engine: str, tmp_path: Path) -> None:
    url = fresh_database(engine)
    installation = Installation(tmp_path, url)
    app = create_app(settings_for(url), system_clock)
    with app.app_context():
        form = {"client_id": World(app, system_clock).relying_party(**APP).client_id, "scope": "openid"}
        app.extensions["connections"].close()
    with installation.running("serve", "--no-worker"):
        eventually(lambda: status(f"{installation.address}/health/ready") == 200)
        # It counts the request, and writes the code that the device shows.
        asks = urllib.request.Request(
            f"{installation.address}/device_authorization", urlencode(form).encode()
        )
        assert status(asks) == 200
        with locked(url):
            code, seconds = timed(asks)
            assert code == 503 and seconds < SOON, (code, seconds)
        assert status(asks) == 200


@contextlib.contextmanager
def locked(url: str) -> Iterator[None]:
    """Every write waits meanwhile."""
    if url.startswith("sqlite"):
        beside = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        beside.execute("BEGIN IMMEDIATE")
        yield
        beside.execute("ROLLBACK")
        beside.close()
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE rate_limits IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()
