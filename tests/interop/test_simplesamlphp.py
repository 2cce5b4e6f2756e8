"""Debian's SimpleSAMLphp in PHP's own web server: signed requests and answers, encrypted assertions, single logout both ways."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from idp.saml.rules import names
from tests.actors.person import Person
from tests.actors.saml_service import registered
from tests.interop import installed
from tests.operations.installation import eventually, free_port, status
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import frame_of, log_in, pem
from tests.saml.credentials import credential

SITE = installed.HERE / "simplesamlphp"
PACKAGE = Path("/usr/share/simplesamlphp")
Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, tmp_path: Path) -> Iterator[Start]:
    installed.file("SimpleSAMLphp", str(PACKAGE / "lib" / "_autoload.php"), "simplesamlphp")
    php = installed.program("SimpleSAMLphp", "php", "php-cli")
    running = []

    def begin(**members: object) -> Peer:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        for name in ("config.php", "authsources.php"):
            shutil.copy(SITE / name, tmp_path)
        pages = tmp_path / "pages"
        for folder in (pages, tmp_path / "sessions", tmp_path / "temporary"):
            folder.mkdir()
        shutil.copy(SITE / "me.php", pages)
        (pages / "simplesaml").symlink_to(PACKAGE / "www")
        (pages / "bye.txt").write_text('"bye"', encoding="utf-8")
        key, certificate = pem(credential("simplesamlphp"))
        (tmp_path / "key.pem").write_text(key)
        (tmp_path / "certificate.pem").write_text(certificate)
        provider_metadata = requests.get(f"{served.issuer}/saml/metadata", timeout=20)
        (tmp_path / "idp.xml").write_bytes(provider_metadata.content)
        own = {"FOLDER": str(tmp_path), "SELF": address, "IDP": served.issuer}
        environment = {**os.environ, **own, "SIMPLESAMLPHP_CONFIG_DIR": str(tmp_path)}
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [php, "-d", "display_errors=0", "-S", f"127.0.0.1:{port}", "-t", str(pages)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        running.append(process)
        eventually(lambda: process.poll() is not None or status(f"{address}/bye.txt") == 200)
        metadata = requests.get(
            f"{address}/simplesaml/module.php/saml/sp/metadata.php/default-sp", timeout=20
        )
        assert metadata.status_code == 200, metadata.text
        with served.app.app_context():
            guardian = served.world.guardian()
            registered(served.world, metadata.text, **members)
        return Peer(address, Person(), guardian)

    yield begin
    for process in running:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("encrypt", [True, False])
def test_a_page_is_guarded_and_gets_the_attributes(start: Start, encrypt: bool) -> None:
    peer = start(encrypt=encrypt)
    log_in(peer.person, f"{peer.address}/me.php", peer.guardian)
    shown = peer.shown()
    assert shown["format"] == names.PERSISTENT and shown["name"]
    assert shown["attributes"]["sn"] == ["Durand"]
    assert shown["attributes"]["ENTPersonProfils"] == ["National_TUT"]
    assert peer.does("me.php") == shown


def test_a_logout_at_the_page_ends_the_session_and_comes_back(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me.php", peer.guardian)
    log_out(peer.person, f"{peer.address}/me.php?logout=1")
    assert peer.person.address == f"{peer.address}/bye.txt"
    peer.person.opens(f"{peer.address}/me.php").sees("Connexion responsable")


def test_a_logout_at_the_provider_reaches_the_service_in_a_frame(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me.php", peer.guardian)
    log_out(peer.person, f"{served.issuer}/logout")
    # It takes the request, and answers us.
    response = peer.person.http.get(frame_of(peer.person), timeout=20)
    assert response.status_code == 204 and response.url.startswith(f"{served.issuer}/saml/slo?SAMLResponse=")
    peer.person.opens(f"{peer.address}/me.php").sees("Connexion responsable")
