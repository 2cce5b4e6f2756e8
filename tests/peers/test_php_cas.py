"""Debian's phpCAS in PHP's own web server: most school software is written in PHP, and uses it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors.cas_service import registered
from tests.actors.person import Person
from tests.actors.world import deliver_due
from tests.operations.installation import eventually, free_port, status
from tests.peers.conftest import Served, missing
from tests.peers.passage import Peer, log_in, log_out

SITE = Path(__file__).parent / "cas"


@pytest.fixture(scope="session")
def php() -> str:
    program = shutil.which("php")
    if program is None or not Path("/usr/share/php/CAS.php").exists():
        missing("phpCAS as a service", "php-cli with php-cas")
    return program


@pytest.fixture
def peer(served: Served, php: str, tmp_path: Path) -> Iterator[Peer]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with served.app.app_context():
        guardian = served.world.guardian()
        registered(served.world, service_urls=[f"{address}/index.php"])
    environment = {**os.environ, "IDP": served.issuer, "SELF": address, "SESSIONS": str(tmp_path)}
    shutil.copy(SITE / "index.php", tmp_path)
    (tmp_path / "bye.txt").write_text("bye", encoding="utf-8")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [php, "-S", f"127.0.0.1:{port}", "-t", str(tmp_path)], env=environment, stdout=log, stderr=log
        )
    eventually(lambda: process.poll() is not None or status(f"{address}/bye.txt") == 200)
    yield Peer(address, Person(), guardian)
    process.terminate()
    process.wait(20)


def test_a_page_is_guarded_and_gets_the_attributes(peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/index.php", peer.guardian)
    shown = peer.shown()
    assert shown["user"] == peer.guardian.username
    assert shown["attributes"]["nom"] == "Durand" and shown["attributes"]["categories"] == "National_TUT"
    assert peer.does("index.php") == shown


def test_a_logout_at_the_provider_closes_the_page(served: Served, peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/index.php", peer.guardian)
    log_out(peer.person, f"{served.issuer}/cas/logout")
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/index.php").sees("Connexion responsable")


def test_a_logout_at_the_service_ends_the_session_and_leads_back(served: Served, peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/index.php", peer.guardian)
    log_out(peer.person, f"{peer.address}/index.php?logout=1")
    # Back at the service, which sends the person to the login.
    peer.person.sees("Connexion responsable")
