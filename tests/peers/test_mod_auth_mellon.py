"""Debian's mod_auth_mellon: a web server that protects a page by SAML 2.0, with attributes and single logout both ways."""

from collections.abc import Callable

import pytest
import requests

from tests.actors.person import Person
from tests.actors.saml_service import registered
from tests.actors.world import deliver_due
from tests.peers.apache_server import Apache, apache
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import log_in, pem, posts_response
from tests.saml.credentials import credential

__all__ = ["apache"]

MODULE = "mellon"
Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, apache: Apache) -> Start:
    def begin(**members: object) -> Peer:
        folder = apache.folder
        key, certificate = pem(credential("mellon"))
        (folder / "key.pem").write_text(key)
        (folder / "certificate.pem").write_text(certificate)
        (folder / "idp.xml").write_bytes(requests.get(f"{served.issuer}/saml/metadata", timeout=20).content)
        apache.start()
        with served.app.app_context():
            guardian = served.world.guardian()
            own = requests.get(f"{apache.address}/mellon/metadata", timeout=20).text
            registered(served.world, own, **members)
        return Peer(apache.address, Person(), guardian)

    return begin


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
