"""npm's passport-openidconnect as a relying party, unconfigured: the secret in the body, no PKCE, a session of Express."""

from functools import partial

import pytest

from tests.peers.conftest import Served, StartNode
from tests.peers.passage import Peer

pytestmark = pytest.mark.node
Start = partial[Peer]


@pytest.fixture
def start(start_node: StartNode) -> Start:
    return partial(start_node, "passport_openidconnect.mjs", require_pkce=False)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_the_unconfigured_library_logs_a_person_in(
    served: Served, start: Start, method: str, algorithm: str
) -> None:
    """It sends its secret in the body only: accepted with either registered method (RFC 6749 §2.3.1)."""
    session = start(method, algorithm).logs_in()
    assert session["issuer"] == served.issuer
    assert session["claims"]["id"] == session["userinfo"]["sub"]
    assert session["userinfo"]["name"] == "Claire Durand"
    assert session["userinfo"]["email"] == "claire@example.org"


def test_a_client_of_which_the_registered_method_is_required_is_refused(start: Start) -> None:
    peer = start("client_secret_basic", require_registered_auth_method=True)
    assert peer.logs_in() == {"error": "invalid_client"}


def test_a_second_login_is_silent(start: Start) -> None:
    peer = start()
    session = peer.logs_in()
    again = peer.does("login")
    assert again["userinfo"]["sub"] == session["userinfo"]["sub"]
    assert again["id_token"] != session["id_token"]


def test_a_logout_ends_both_sessions(start: Start) -> None:
    peer = start()
    peer.logs_in()
    assert peer.logs_out() == {"authenticated": False, "state": "see-you"}
    assert peer.does("me") == {"authenticated": False}
    peer.person.opens(f"{peer.address}/login").sees("Connexion responsable")
