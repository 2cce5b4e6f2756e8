"""What every test can ask for: a clock to move, a database of either engine, the application, people to act.

Databases and applications are lent (`tests.databases`, `tests.applications`): each test finds its own as new.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from idp.settings import Settings
from tests import joined_tables
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.applications import NOON, TEST_SECRETS, Clock, Loan, migrate, settings_for
from tests.browser.windows import chromium, desk  # noqa: F401
from tests.databases import close_stores, fresh_database, lent, use_memory_for_files
from tests.served import Address, LoopbackServer

__all__ = ["NOON", "TEST_SECRETS", "Clock", "fresh_database", "migrate", "settings_for"]

pytest_plugins = [
    "tests.garbage",
    "tests.examples",
    "tests.engines",
    "tests.second_engine",
    "tests.plans",
    "tests.distribution",
    "tests.processor_times",
]

joined_tables.watch()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Tests that use it, directly or through `app`, run on both engines."""
    with lent(request.param) as url:
        yield url


TEMPLATES = "IDP_TESTS_TEMPLATES"


def pytest_configure(config: pytest.Config) -> None:
    """Temporary files in memory, and one folder of compiled templates: for all processes of a run, by the first of them."""
    if TEMPLATES not in os.environ:
        use_memory_for_files()
        os.environ[TEMPLATES] = tempfile.mkdtemp(prefix="idp-templates-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(TEMPLATES), ignore_errors=True))
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(os.environ[TEMPLATES])}


def pytest_unconfigure() -> None:
    close_stores()


@pytest.fixture
def settings(database_url: str, request: pytest.FixtureRequest) -> Settings:
    """Marker `@pytest.mark.settings(tokens={"code": 30})` overrides single keys."""
    marker = request.node.get_closest_marker("settings")
    return settings_for(database_url, **(marker.kwargs if marker else {}))


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    loan = Loan(settings, clock)
    yield loan.app
    loan.end()


@pytest.fixture
def world(app: Flask, clock: Clock) -> Iterator[World]:
    """People, schools and relying parties to put into the database; holds an application context."""
    with app.app_context():
        yield World(app, clock)


@pytest.fixture
def contextless(app: Flask, clock: Clock) -> World:
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


@pytest.fixture(scope="session")
def provider_address() -> Iterator[Address]:
    """Where the provider of one test after the other answers."""
    address = Address()
    yield address
    address.close()


Serve = Callable[[Flask], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a WSGI application on a free loopback port until the test ends; its address."""
    running = []

    def start(app: Flask) -> str:
        server = LoopbackServer(app)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://localhost:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()
