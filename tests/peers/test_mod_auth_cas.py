"""Debian's mod_auth_cas: a web server that protects a page by CAS, with attributes and single logout."""

from collections.abc import Callable

import pytest

from tests.actors.cas_service import registered
from tests.actors.person import Person
from tests.actors.world import deliver_due
from tests.peers.apache_server import Apache, apache
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_in, log_out

__all__ = ["apache"]

MODULE = "cas"
Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, apache: Apache) -> Start:
    def begin(endpoint: str = "p3/serviceValidate", saml: str = "Off") -> Peer:
        (apache.folder / "cookies").mkdir()
        (apache.folder / "cookies").chmod(0o777)
        with served.app.app_context():
            guardian = served.world.guardian()
            registered(served.world, service_urls=None, service_prefixes=[f"{apache.address}/me"])
        apache.start("debug", issuer=served.issuer, endpoint=endpoint, saml=saml)
        return Peer(apache.address, Person(), guardian)

    return begin


@pytest.mark.parametrize(
    ("endpoint", "saml"), [("p3/serviceValidate", "Off"), ("serviceValidate", "Off"), ("samlValidate", "On")]
)
def test_a_page_is_guarded_and_gets_the_attributes(start: Start, endpoint: str, saml: str) -> None:
    peer = start(endpoint, saml)
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    shown = peer.shown()
    assert shown["user"] == peer.guardian.username
    assert (shown["nom"], shown["categories"]) == ("Durand", "National_TUT")


def test_a_logout_at_the_provider_closes_the_page(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    assert peer.does("me")["user"] == peer.guardian.username
    log_out(peer.person, f"{served.issuer}/cas/logout")
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")
