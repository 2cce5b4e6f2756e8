"""A provider with the system's clock at a real address, and npm's packages where Node.js is installed."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask

from idp.oidc.clients import initial_tokens
from idp.runtime.context import system_clock
from tests.actors.person import Person
from tests.actors.world import World
from tests.applications import Loan, settings_for
from tests.databases import lent
from tests.peers.passage import Peer
from tests.peers.process import Process
from tests.served import Address

NODE = Path(__file__).parent / "node"


@dataclass
class Served:
    """A provider that answers at `issuer`."""

    app: Flask
    issuer: str

    @property
    def world(self) -> World:
        return World(self.app, system_clock)


@pytest.fixture
def served(request: pytest.FixtureRequest, provider_address: Address) -> Iterator[Served]:
    """Marker `@pytest.mark.settings(…)` overrides single keys, as elsewhere."""
    marker = request.node.get_closest_marker("settings")
    yield from serving(provider_address, **(marker.kwargs if marker else {}))


def serving(address: Address, **sections: Any) -> Iterator[Served]:
    """For a fixture: a provider with these sections of settings that answers at `address`, on SQLite."""
    with lent("sqlite") as url:
        loan = Loan(settings_for(url, **{"server": {"issuer": address.url}, **sections}), system_clock)
        address.lend(loan.app)
        yield Served(loan.app, address.url)
        address.end()
        loan.end()


def missing(peer: str, lack: str) -> NoReturn:
    """Leave the test out, and say why; in CI that is a failure."""
    reason = f"left out: {peer}, for there is no {lack} here"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def install(lock: Path, made: Path, *commands: list[str]) -> None:
    """Run the commands beside a lock file unless `made` is newer; one process of a run at a time."""
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if made.exists() and made.stat().st_mtime >= lock.stat().st_mtime:
            return
        for command in commands:
            done = subprocess.run(command, cwd=lock.parent, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        made.touch()


@pytest.fixture(scope="session")
def node() -> str:
    """The node command, with the locked packages installed."""
    node_path, npm = shutil.which("node"), shutil.which("npm")
    if node_path is None or npm is None:
        missing("npm's relying parties", "Node.js with npm")
    made = NODE / "node_modules" / ".package-lock.json"
    install(NODE / "package-lock.json", made, [npm, "ci", "--no-audit", "--no-fund"])
    return node_path


StartNode = Callable[..., Peer]


@pytest.fixture
def start_node(served: Served, node: str) -> Iterator[StartNode]:
    """Start a script's relying party, registered with the given members beside its addresses."""
    running = []

    def begin(
        script: str,
        method: str = "client_secret_basic",
        algorithm: str = "ES256",
        registers_itself: bool = False,
        **members: Any,
    ) -> Peer:
        process = Process([node, script], NODE)
        running.append(process)
        ready = process.answer()
        document = {
            "redirect_uris": [f"{ready['address']}/callback"],
            "post_logout_redirect_uris": [f"{ready['address']}/bye"],
            "backchannel_logout_uri": f"{ready['address']}/backchannel",
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
            "jwks": ready["jwks"] if method == "private_key_jwt" else None,
            **members,
        }
        registration = {
            "issuer": served.issuer,
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
        }
        with served.app.app_context():
            guardian = served.world.guardian()
            if registers_itself:
                token = initial_tokens.make("Éditeur Tilleul", 7, 1, "account:1", system_clock())
                registration |= {"initial_access_token": token, "document": document}
            else:
                registered = served.world.relying_party(**document)
                registration |= {"client_id": registered.client_id, "client_secret": registered.client_secret}
        process.configure(registration)
        return Peer(ready["address"], Person(), guardian)

    yield begin
    for process in running:
        process.ends()
