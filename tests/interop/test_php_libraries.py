"""The PHP libraries of plug-ins of Nextcloud and Moodle, with the registrations of the how-to: docs/nextcloud-and-moodle.md."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from idp.oidc.clients import registration
from idp.saml import registrations
from idp.saml.rules import names
from tests.actors.person import Person
from tests.documents import registration_of
from tests.interop import installed
from tests.operations.installation import eventually, free_port, status
from tests.pages import fields_of
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import frame_of, log_in, pem
from tests.saml.credentials import credential

HOW_TO = "docs/nextcloud-and-moodle.md"
SITE = installed.HERE / "php_libraries"
LIBRARIES = installed.BUILT / "php"
"""Laid there by hand: no package client has them here. README.md lists the folders."""
Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """PHP's own server with one page of php_libraries/; its address."""
    php = installed.program("PHP libraries", "php", "php-cli, php-curl, php-xml")
    running = []

    def begin(page: str, port: int, *needed: str, **own: str) -> str:
        for folder in needed:
            installed.folder("PHP libraries", LIBRARIES / folder)
        (tmp_path / "sessions").mkdir()
        address = f"http://127.0.0.1:{port}"
        environment = {"FOLDER": str(tmp_path), "LIBRARIES": str(LIBRARIES), "SELF": address, **own}
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    php,
                    "-d",
                    "display_errors=0",
                    "-d",
                    "error_reporting=8191",
                    "-S",
                    f"127.0.0.1:{port}",
                    SITE / page,
                ],
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )
        running.append(process)
        return address

    yield begin
    for process in running:
        process.terminate()
        process.wait(20)


@pytest.fixture
def nextcloud(served: Served, serve: Serve, tmp_path: Path) -> Callable[..., Peer]:
    """php-saml with the settings of user_saml, and the steps of the how-to."""

    def begin(encrypted: bool = True) -> Peer:
        key, certificate = pem(credential("php-saml"))
        (tmp_path / "key.pem").write_text(key)
        (tmp_path / "certificate.pem").write_text(certificate)
        provider = etree.fromstring(requests.get(f"{served.issuer}/saml/metadata", timeout=20).content)
        own = {
            "IDP": served.issuer,
            "CERTIFICATE": provider.findtext(".//{*}X509Certificate", ""),
            "ENCRYPTED": "1" if encrypted else "",
        }
        address = serve("saml.php", free_port(), "php-saml", "xmlseclibs", **own)
        at = f"{address}/apps/user_saml/saml/metadata"
        eventually(lambda: status(at) == 200)
        document = {
            **registration_of(HOW_TO, "Nextcloud by SAML"),
            "metadata": requests.get(at, timeout=20).text,
            # The how-to opens it to staff and pupils; this test has a guardian.
            "accepted_profiles": ["responsable", "eleve", "personnel"],
            "encrypt": encrypted,
        }
        with served.app.app_context():
            guardian = served.world.guardian()
            registrations.register(document, "test", served.world.clock())
        return Peer(address, Person(), guardian)

    return begin


def agrees(peer: Peer) -> None:
    """The how-to's service is not the school's own: the first login asks for consent."""
    log_in_ = peer.person.opens(f"{peer.address}/me").sees("Choisir mon profil").fills("profile=responsable")
    log_in_.fills(username=peer.guardian.username, password=peer.guardian.password)
    peer.person.sees("Votre accord").fills("act=agree")
    peer.person.fills(SAMLResponse=fields_of(peer.person.html)["SAMLResponse"])


@pytest.mark.parametrize("encrypted", [True, False])
def test_php_saml_gets_the_attributes_of_the_how_to(nextcloud: Callable[..., Peer], encrypted: bool) -> None:
    peer = nextcloud(encrypted)
    agrees(peer)
    shown = peer.shown()
    assert shown["format"] == names.PERSISTENT and shown["name"]
    assert shown["attributes"].keys() == {"uid", "displayName", "mail"}
    assert shown["attributes"]["displayName"] == ["Claire Durand"]
    assert shown["attributes"]["mail"] == ["claire@example.org"]
    # The identifier stays the same at the next login.
    before = shown["attributes"]["uid"]
    peer.person = Person()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    assert peer.shown()["attributes"]["uid"] == before


def test_php_saml_logs_out_at_the_page_and_comes_back(nextcloud: Callable[..., Peer]) -> None:
    peer = nextcloud()
    agrees(peer)
    log_out(peer.person, f"{peer.address}/logout")
    assert peer.shown() == "bye"
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def test_a_logout_at_the_provider_reaches_php_saml_in_a_frame(
    served: Served, nextcloud: Callable[..., Peer]
) -> None:
    peer = nextcloud()
    agrees(peer)
    log_out(peer.person, f"{served.issuer}/logout")
    response = peer.person.http.get(frame_of(peer.person), timeout=20)
    assert response.status_code == 204 and response.url.startswith(f"{served.issuer}/saml/slo?SAMLResponse=")
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def relying_party(served: Served, serve: Serve, section: str, **members: str) -> Peer:
    """openid-connect-php with the registration of a section; `members`: other than there."""
    port = free_port()
    at = f"http://127.0.0.1:{port}"
    document: dict[str, Any] = {
        **registration_of(HOW_TO, section),
        "redirect_uris": [f"{at}/login"],
        "post_logout_redirect_uris": [f"{at}/bye"],
        "accepted_profiles": ["responsable", "eleve", "personnel"],
        "grant_types": ["authorization_code", "refresh_token"],
        **members,
    }
    document["scope"] += " offline_access"
    with served.app.app_context():
        guardian = served.world.guardian()
        client = registration.register(document, "test", served.world.clock())
    libraries = ("openid-connect-php", "phpseclib", "paragonie", "php-jwt")
    secrets = {"CLIENT_ID": client.client_id, "CLIENT_SECRET": str(client.client_secret)}
    serve("oidc.php", port, *libraries, IDP=served.issuer, **secrets)
    eventually(lambda: status(f"{at}/bye") == 200)
    return Peer(at, Person(), guardian)


@pytest.mark.parametrize("section", ["Nextcloud by OpenID Connect", "Moodle by OpenID Connect"])
def test_openid_connect_php_logs_in_refreshes_and_logs_out(
    served: Served, serve: Serve, section: str
) -> None:
    peer = relying_party(served, serve, section)
    shown = peer.agrees()
    assert shown["claims"]["iss"] == served.issuer
    assert shown["userinfo"]["family_name"] == "Durand" and shown["userinfo"]["email"] == "claire@example.org"
    assert shown["php-jwt"]["sub"] == shown["claims"]["sub"] == shown["userinfo"]["sub"]
    assert peer.does("refresh") == {"refreshed": True}
    assert peer.logs_out() == "bye"
    peer.person.opens(f"{peer.address}/login").sees("Connexion responsable")


def test_openid_connect_php_refuses_the_algorithm_that_a_registration_has_by_default(
    served: Served, serve: Serve
) -> None:
    """It knows no ECDSA: the how-to's registrations ask for RS256."""
    peer = relying_party(served, serve, "Nextcloud by OpenID Connect", id_token_signed_response_alg="ES256")
    assert peer.agrees() == {"fault": "No support for signature type: ES256"}
