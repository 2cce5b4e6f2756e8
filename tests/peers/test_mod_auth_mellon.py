"""Debian's mod_auth_mellon: a web server that protects a page by SAML 2.0, with attributes and single logout both ways."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template

import pytest
import requests

from tests.actors.person import Person
from tests.actors.saml_service import registered
from tests.actors.world import deliver_due
from tests.operations.installation import eventually, free_port, status
from tests.peers.conftest import Served, missing
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import log_in, pem, posts_response
from tests.saml.credentials import credential

SITE = Path(__file__).parent / "mellon"
MODULES = Path("/usr/lib/apache2/modules")
Start = Callable[..., Peer]


@pytest.fixture(scope="session")
def apache() -> str:
    """The server's command, where its module is there too."""
    command = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if command is None or not (MODULES / "mod_auth_mellon.so").exists():
        missing("Apache's mod_auth_mellon as a service", "libapache2-mod-auth-mellon")
    return command


@pytest.fixture
def start(served: Served, apache: str) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []
    folders = []

    def begin(**members: object) -> Peer:
        # A folder that the server still reads when it is no longer root, as a folder of pytest's is not.
        folder = Path(tempfile.mkdtemp(prefix="idp-apache-"))
        folders.append(folder)
        folder.chmod(0o755)
        shutil.copytree(SITE / "pages", folder / "pages")
        key, certificate = pem(credential("mellon"))
        (folder / "key.pem").write_text(key)
        (folder / "certificate.pem").write_text(certificate)
        (folder / "idp.xml").write_bytes(requests.get(f"{served.issuer}/saml/metadata", timeout=20).content)
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        filled = Template((SITE / "httpd.conf").read_text(encoding="utf-8")).substitute(
            folder=folder, port=port, modules=MODULES
        )
        (folder / "httpd.conf").write_text(filled, encoding="utf-8")
        process = subprocess.Popen(
            [apache, "-f", str(folder / "httpd.conf"), "-D", "FOREGROUND"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        eventually(lambda: process.poll() is not None or status(f"{address}/bye") == 200)
        assert process.poll() is None, process.communicate()[0]
        with served.app.app_context():
            guardian = served.world.guardian()
            own = requests.get(f"{address}/mellon/metadata", timeout=20).text
            registered(served.world, own, **members)
        return Peer(address, Person(), guardian)

    yield begin
    for process in running:
        process.terminate()
        process.communicate(timeout=20)
    for folder in folders:
        shutil.rmtree(folder)


@pytest.mark.parametrize("encrypt", [True, False])
def test_a_page_is_guarded_and_gets_the_attributes(start: Start, encrypt: bool) -> None:
    peer = start(encrypt=encrypt, name_id="unspecified", principal="username")
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    shown = peer.shown()
    assert (shown["sn"], shown["profils"]) == ("Durand", "National_TUT")
    assert shown["user"]


def test_a_logout_at_the_provider_closes_the_page(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    assert peer.does("me")["sn"] == "Durand"
    log_out(peer.person, f"{served.issuer}/logout")
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def test_a_logout_at_the_page_ends_the_session_and_comes_back(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    log_out(peer.person, f"{peer.address}/mellon/logout?ReturnTo={peer.address}/bye")
    assert peer.shown() == {"bye": True}
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def test_a_second_login_is_silent(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    for name in [cookie.name for cookie in peer.person.http.cookies if "mellon" in cookie.name]:
        peer.person.http.cookies.set(name, None)
    peer.person.opens(f"{peer.address}/me")
    posts_response(peer.person)
    assert peer.shown()["sn"] == "Durand"
