"""npm's oauth4webapi as a relying party: a library that validates each response strictly."""

from functools import partial

import pytest

from tests.peers.conftest import Served, StartNode
from tests.peers.passage import Peer

pytestmark = pytest.mark.node
Start = partial[Peer]


@pytest.fixture
def start(start_node: StartNode) -> Start:
    return partial(start_node, "oauth4webapi.mjs", backchannel_logout_uri=None)


@pytest.mark.parametrize(
    ("method", "algorithm"),
    [
        ("client_secret_basic", "ES256"),
        ("client_secret_post", "EdDSA"),
        ("private_key_jwt", "RS256"),
        ("none", "ES256"),
    ],
)
def test_each_kind_of_client_logs_a_person_in_and_verifies_the_signature(
    served: Served, start: Start, method: str, algorithm: str
) -> None:
    session = start(method, algorithm).logs_in()
    assert session["claims"]["iss"] == served.issuer
    assert session["claims"]["sub"] == session["userinfo"]["sub"]
    assert session["userinfo"]["name"] == "Claire Durand"


def test_a_service_registers_itself_with_an_initial_access_token(start: Start) -> None:
    scope = "openid profile email offline_access"
    grants = ["authorization_code", "refresh_token"]
    members = {"client_name": "Portail", "scope": scope, "grant_types": grants}
    peer = start(registers_itself=True, **members)
    assert peer.agrees()["userinfo"]["name"] == "Claire Durand"
    assert peer.does("refresh")["name"] == "Claire Durand"


def test_a_refresh_keeps_the_person_and_a_revocation_ends_it(start: Start) -> None:
    peer = start()
    claims = peer.logs_in()["claims"]
    first, second = peer.does("refresh"), peer.does("refresh")
    assert first["name"] == second["name"] == "Claire Durand"
    for name in ("sub", "sid", "auth_time"):
        assert first["claims"][name] == second["claims"][name] == claims[name]
    assert peer.does("introspect")["active"] is True
    assert peer.does("revoke") == {}
    assert peer.does("introspect") == {"active": False}
    assert peer.does("refresh") == {"error": "invalid_grant"}


def test_an_invalid_token_is_reported_in_www_authenticate(start: Start) -> None:
    peer = start()
    peer.logs_in()
    assert peer.does("challenge") == {"status": 401, "scheme": "bearer", "error": "invalid_token"}


def test_a_logout_ends_the_silent_login(start: Start) -> None:
    peer = start()
    claims = peer.logs_in()["claims"]
    assert peer.does("login?prompt=none")["claims"]["sub"] == claims["sub"]
    assert peer.logs_out() == {"state": "see-you"}
    assert peer.does("login?prompt=none") == {"error": "login_required"}
