"""SimpleSAMLphp in PHP's own web server, Debian's and the one that Moodle's auth_saml2 bundles: signed requests and answers, encrypted assertions, single logout both ways."""

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
from tests.documents import registration_of
from tests.interop import installed
from tests.operations.installation import eventually, free_port, status
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import frame_of, log_in, pem
from tests.saml.credentials import credential

SITE = installed.HERE / "simplesamlphp"
DEBIAN = Path("/usr/share/simplesamlphp"), Path("/etc/simplesamlphp/attributemap"), "www"
BUNDLED = installed.BUILT / "php" / "simplesamlphp"
VERSIONS = {"debian": DEBIAN, "auth_saml2": (BUNDLED, BUNDLED / "attributemap", "public")}
"""(package, maps of attribute names, the folder that is served)."""
CONSUMERS = {"debian": "module.php/saml/sp/saml2-acs.php", "auth_saml2": "saml2-acs.php"}
"""Where responses arrive."""
Start = Callable[..., Peer]


@pytest.fixture(params=VERSIONS)
def start(served: Served, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    package, attributes, public = VERSIONS[request.param]
    installed.file("SimpleSAMLphp", str(package / "lib" / "_autoload.php"), "simplesamlphp")
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
        (pages / "simplesaml").mkdir()
        for served_file in (package / public).iterdir():
            (pages / "simplesaml" / served_file.name).symlink_to(served_file)
        shutil.copy(SITE / "saml2-acs.php", pages / "simplesaml")
        (pages / "bye.txt").write_text('"bye"', encoding="utf-8")
        key, certificate = pem(credential("simplesamlphp"))
        (tmp_path / "key.pem").write_text(key)
        (tmp_path / "certificate.pem").write_text(certificate)
        provider_metadata = requests.get(f"{served.issuer}/saml/metadata", timeout=20)
        (tmp_path / "idp.xml").write_bytes(provider_metadata.content)
        own = {"FOLDER": str(tmp_path), "SELF": address, "IDP": served.issuer}
        own |= {"PACKAGE": str(package), "ATTRIBUTES": f"{attributes}/"}
        environment = {**os.environ, **own, "SIMPLESAMLPHP_CONFIG_DIR": str(tmp_path)}
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    php,
                    "-d",
                    "display_errors=0",
                    "-d",
                    f"auto_prepend_file={SITE / 'moodle.php'}",
                    "-S",
                    f"127.0.0.1:{port}",
                    "-t",
                    str(pages),
                ],
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
            # The plug-in has a page of its own for responses, and its own page for the metadata.
            xml = metadata.text.replace("module.php/saml/sp/saml2-acs.php", CONSUMERS[request.param])
            registered(served.world, xml, **members)
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


def test_the_registration_of_the_how_to_for_moodle_brings_its_four_fields(start: Start) -> None:
    document = registration_of("docs/nextcloud-and-moodle.md", "Moodle by SAML")
    # The how-to opens it to staff and pupils; this test has a guardian.
    peer = start(**document | {"accepted_profiles": ["responsable", "eleve", "personnel"]})
    log_in(peer.person, f"{peer.address}/me.php", peer.guardian)
    attributes = peer.shown()["attributes"]
    assert attributes.pop("uid")[0]
    assert attributes == {"givenName": ["Claire"], "sn": ["Durand"], "mail": ["claire@example.org"]}


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
