"""Our provider, lent, and the external ones before it, on loopback: one that a test answers for, and npm's oidc-provider."""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from idp.app import create_app
from idp.federation import providers as upstream_documents
from idp.runtime.context import system_clock
from tests.actors.person import Person
from tests.actors.visitor import SMS
from tests.applications import Clock, Loan
from tests.conftest import Serve, fresh_database, settings_for
from tests.databases import lent
from tests.journeys.conftest import free_ports
from tests.peers.conftest import NODE, Served, node  # noqa: F401
from tests.served import Address, LoopbackServer

SECRET = "a secret of: ours & theirs"
Lends = Callable[..., Flask]


@pytest.fixture
def lends(clock: Clock) -> Iterator[Lends]:
    """Our provider with sections of settings, lent until the test ends; over `url`, or a database of its own."""
    with ExitStack() as ends:

        def lend(url: str = "", now: Callable[[], int] = clock, **sections: dict[str, object]) -> Flask:
            loan = Loan(settings_for(url or ends.enter_context(lent("sqlite")), **sections), now)
            ends.callback(loan.end)
            return loan.app

        yield lend


@pytest.fixture(scope="session")
def upstream_address() -> Iterator[Address]:
    """Where the upstream of one test after the other answers: it is in our settings, and these stay."""
    address = Address()
    yield address
    address.close()


@pytest.fixture
def serve_upstream(upstream_address: Address) -> Iterator[Serve]:
    """Serve the only upstream of a test; its issuer."""

    def start(app: Flask) -> str:
        upstream_address.lend(app)
        return upstream_address.url

    yield start
    upstream_address.end()
    # A process keeps what an issuer publishes for an hour; the next test's publishes something else.
    upstream_documents._cached.pop(upstream_address.url, None)


@pytest.fixture(scope="session")
def upstream_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the metadata of the upstream of one test after the other lie."""
    return tmp_path_factory.mktemp("upstream")


@pytest.fixture
def providers(node: str) -> Iterator[Served]:  # noqa: F811
    """Ours, served; theirs beside it."""
    their_port = free_ports()[0]
    server = LoopbackServer()
    issuer = f"http://localhost:{server.server_port}"
    provider = {
        "name": "theirs",
        "label": "L’autre maison",
        "issuer": f"http://localhost:{their_port}",
        "client_id": "our-provider",
        "client_secret": SECRET,
    }
    app = create_app(
        settings_for(
            fresh_database("sqlite"),
            server={"issuer": issuer},
            federation={"providers": [provider]},
            sms=SMS,
        ),
        system_clock,
    )
    server.app = app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    process = subprocess.Popen(
        [node, str(NODE / "second_provider.mjs"), str(their_port), issuer],
        cwd=Path(NODE),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.strip() == "ready":
            break
    assert lines and lines[-1].strip() == "ready", "".join(lines)
    # What it says later must not fill the pipe.
    output = threading.Thread(target=process.stdout.read, daemon=True)
    output.start()
    yield Served(app, issuer)
    process.terminate()
    process.wait(20)
    output.join()
    process.stdout.close()
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        app.extensions["connections"].close()


def sign_in_there(person: Person, name: str) -> Person:
    """Pages of the external provider: sign-in and consent."""
    if 'name="login"' in person.html:
        person.fills(login=name, password="anything")
    if 'value="consent"' in person.html:
        person.fills("prompt=consent")
    return person


def abort_address(html: str) -> str:
    match = re.search(r'href="([^"]+/abort)"', html)
    assert match is not None
    return match[1]
