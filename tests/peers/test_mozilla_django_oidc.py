"""PyPI's mozilla-django-oidc as a relying party: a Django site in a process and an environment of its own.

It keeps no refresh token and hears no back channel: every quarter of an hour it asks again, silently, who is there.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.actors.person import Person
from tests.peers.conftest import Served
from tests.peers.django_environment import SITE, interpreter
from tests.peers.passage import Peer
from tests.peers.process import Process

Start = Callable[..., Peer]


@pytest.fixture(scope="session")
def python() -> str:
    """An interpreter with the locked Django and library."""
    return interpreter()


@pytest.fixture
def start(served: Served, python: str) -> Iterator[Start]:
    running = []

    def begin(method: str = "client_secret_basic", algorithm: str = "ES256") -> Peer:
        process = Process([python, "service.py"], SITE)
        running.append(process)
        address = process.answer()["address"]
        document = {
            "redirect_uris": [f"{address}/oidc/callback/"],
            "post_logout_redirect_uris": [f"{address}/bye"],
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
        }
        with served.app.app_context():
            guardian, registered = served.world.guardian(), served.world.relying_party(**document)
        registration = {
            "issuer": served.issuer,
            "client_id": registered.client_id,
            "client_secret": registered.client_secret,
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
        }
        process.configure(registration)
        return Peer(address, Person(), guardian)

    yield begin
    for process in running:
        process.ends()


@pytest.mark.parametrize(
    ("method", "algorithm"), [("client_secret_basic", "ES256"), ("client_secret_post", "RS256")]
)
def test_each_kind_of_client_logs_a_person_in(start: Start, method: str, algorithm: str) -> None:
    userinfo = start(method, algorithm).logs_in()
    assert userinfo["name"] == "Claire Durand"
    assert userinfo["email"] == "claire@example.org"


def test_a_session_that_falls_due_is_renewed_without_a_question(start: Start) -> None:
    peer = start()
    userinfo = peer.logs_in()
    assert peer.does("me") == userinfo
    assert peer.does("falls_due") == {"due": 0}
    renewed = peer.does("me")
    assert renewed["sub"] == userinfo["sub"]
    assert renewed["due"] > userinfo["due"]
    assert renewed["id_token"] != userinfo["id_token"]


def test_a_session_that_falls_due_ends_where_the_person_has_logged_out(served: Served, start: Start) -> None:
    peer = start()
    peer.logs_in()
    peer.person.opens(f"{served.issuer}/logout").sees("Se déconnecter ?").fills(confirm="1")
    assert peer.does("me")["name"] == "Claire Durand"
    peer.does("falls_due")
    assert peer.does("me") == {"authenticated": False}
    assert peer.person.address == f"{peer.address}/failed"


def test_a_logout_ends_both_sessions(served: Served, start: Start) -> None:
    peer = start()
    sub = peer.logs_in()["sub"]
    assert peer.logs_out() == {"authenticated": False, "state": "see-you"}
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")
    peer.person.fills(username=peer.guardian.username, password=peer.guardian.password)
    assert peer.shown()["sub"] == sub
