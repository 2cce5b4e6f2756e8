"""npm's @node-saml/node-saml as a service provider: signed requests and answers, encrypted assertions, single logout both ways."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from idp.saml.rules import names
from tests.actors.person import Person
from tests.actors.saml_service import metadata, registered
from tests.peers.conftest import NODE, Served
from tests.peers.passage import Peer, log_out
from tests.peers.process import Process
from tests.peers.saml_passage import frame_of, log_in, pem
from tests.saml.credentials import credential

pytestmark = pytest.mark.node
Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, node: str) -> Iterator[Start]:
    running = []

    def begin(encrypted: bool = False, configured: dict[str, Any] | None = None, **members: Any) -> Peer:
        process = Process([node, "node_saml.mjs"], NODE)
        running.append(process)
        address = process.answer()["address"]
        keys = credential("node")
        key, certificate = pem(keys)
        with served.app.app_context():
            guardian = served.world.guardian()
            logout = f'<md:SingleLogoutService Binding="{names.REDIRECT}" Location="{address}/slo"/>'
            xml = metadata(
                keys,
                f"{address}/metadata",
                f"{address}/acs",
                logout,
                signs=True,
                encryption=keys if encrypted else None,
            )
            registered(served.world, xml, **members)
        process.configure(
            {"issuer": served.issuer, "key": key, "certificate": certificate, **(configured or {})}
        )
        return Peer(address, Person(), guardian)

    yield begin
    for process in running:
        process.ends()


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize("form", [names.PERSISTENT, names.TRANSIENT, names.EMAIL])
def test_the_library_logs_a_person_in(served: Served, start: Start, encrypted: bool, form: str) -> None:
    peer = start(encrypted, {"format": form})
    log_in(peer.person, f"{peer.address}/login", peer.guardian)
    shown = peer.shown()
    assert shown["issuer"] == f"{served.issuer}/saml/metadata" and shown["nameIDFormat"] == form
    assert (shown["sn"], shown["ENTPersonProfils"]) == ("Durand", "National_TUT")
    assert (shown["nameID"] == "claire@example.org") == (form == names.EMAIL)


def test_forced_authentication_asks_for_the_password(start: Start) -> None:
    peer = start(configured={"force": True})
    log_in(peer.person, f"{peer.address}/login", peer.guardian)
    peer.person.opens(f"{peer.address}/login").sees("Connexion responsable")


def test_a_logout_at_the_service_ends_the_session_and_comes_back(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/login", peer.guardian)
    log_out(peer.person, f"{peer.address}/logout")
    assert peer.shown() == {"authenticated": False, "loggedOut": True, "state": "see-you"}
    peer.person.opens(f"{peer.address}/login").sees("Connexion responsable")


def test_a_logout_at_the_provider_reaches_the_service_in_a_frame(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/login", peer.guardian)
    log_out(peer.person, f"{served.issuer}/logout")
    # It takes the request, and answers us.
    response = peer.person.http.get(frame_of(peer.person), timeout=20)
    assert response.status_code == 204 and response.url.startswith(f"{served.issuer}/saml/slo?SAMLResponse=")
    assert peer.does("me") == {"authenticated": False}
