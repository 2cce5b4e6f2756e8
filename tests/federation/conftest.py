"""Our provider and an external one, both on loopback; the external one is npm's oidc-provider."""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.app import create_app
from idp.runtime.context import system_clock
from tests.actors.person import Person
from tests.actors.visitor import SMS
from tests.conftest import fresh_database, settings_for
from tests.journeys.conftest import free_ports
from tests.peers.conftest import NODE, Served, node  # noqa: F401
from tests.served import LoopbackServer

SECRET = "a secret of: ours & theirs"


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
