"""PyPI's django-cas-ng as a service: a Django site in a process and an environment of its own."""

from collections.abc import Iterator

import pytest

from tests.actors.cas_service import registered
from tests.actors.person import Person
from tests.actors.world import deliver_due
from tests.peers.conftest import Served
from tests.peers.django_environment import SITE, interpreter
from tests.peers.passage import Peer, log_in, log_out
from tests.peers.process import Process


@pytest.fixture(scope="session")
def python() -> str:
    return interpreter()


@pytest.fixture
def peer(served: Served, python: str) -> Iterator[Peer]:
    process = Process([python, "cas_service.py"], SITE)
    address = process.answer()["address"]
    with served.app.app_context():
        guardian = served.world.guardian()
        registered(served.world, service_urls=None, service_prefixes=[f"{address}/"])
    process.configure({"issuer": served.issuer})
    yield Peer(address, Person(), guardian)
    process.ends()


def test_a_person_logs_in_with_attributes(peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    shown = peer.shown()
    assert shown["user"] == peer.guardian.username
    assert shown["attributes"]["nom"] == "Durand" and shown["attributes"]["categories"] == "National_TUT"


def test_a_logout_at_the_provider_closes_the_site(served: Served, peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    log_out(peer.person, f"{served.issuer}/cas/logout")
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def test_a_logout_at_the_site_ends_the_session_at_the_provider(served: Served, peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    log_out(peer.person, f"{peer.address}/logout")
    peer.person.opens(f"{served.issuer}/account").sees("Connexion responsable")
