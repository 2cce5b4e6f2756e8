"""npm's openid-client as a relying party with an address of its own, used by the browser over HTTP."""

from functools import partial

import pytest

from tests.actors.world import deliver_due
from tests.peers.conftest import Served, StartNode
from tests.peers.passage import Peer, log_in

pytestmark = pytest.mark.node
Start = partial[Peer]


@pytest.fixture
def start(start_node: StartNode) -> Start:
    return partial(start_node, "openid_client.mjs")


@pytest.mark.parametrize(
    ("method", "algorithm"),
    [
        ("client_secret_basic", "RS256"),
        ("client_secret_post", "ES256"),
        ("private_key_jwt", "EdDSA"),
        ("none", "ES256"),
    ],
)
def test_each_kind_of_client_logs_a_person_in_and_verifies_the_signature(
    start: Start, method: str, algorithm: str
) -> None:
    session = start(method, algorithm).logs_in()
    assert session["claims"]["sub"] == session["userinfo"]["sub"]
    assert session["userinfo"]["name"] == "Claire Durand"
    assert session["userinfo"]["email_verified"] is True


def test_the_answer_comes_as_a_form_where_it_was_asked_so(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/login?response_mode=form_post", peer.guardian)
    peer.person.sees("Retour au service").fills()
    assert peer.shown()["userinfo"]["name"] == "Claire Durand"


def test_a_refresh_keeps_the_person_and_a_revocation_ends_it(start: Start) -> None:
    peer = start()
    claims = peer.logs_in()["claims"]
    first, second = peer.does("refresh"), peer.does("refresh")
    for name in ("sub", "sid", "auth_time"):
        assert first[name] == second[name] == claims[name]
    assert peer.does("introspect")["active"] is True
    assert peer.does("revoke") == {}
    assert peer.does("refresh") == {"error": "invalid_grant"}


def test_a_second_login_is_silent_until_the_person_has_logged_out(served: Served, start: Start) -> None:
    peer = start()
    claims = peer.logs_in()["claims"]
    assert peer.does("login?prompt=none")["claims"]["sub"] == claims["sub"]
    assert peer.logs_out() == {"state": "see-you"}
    assert peer.does("login?prompt=none") == {"error": "login_required"}


def test_a_logout_closes_the_other_service_by_the_back_channel(served: Served, start: Start) -> None:
    portal, school_life = start(), start()
    school_life.person, school_life.guardian = portal.person, portal.guardian
    portal.logs_in()
    claims = school_life.does("login")["claims"]
    assert portal.logs_out() == {"state": "see-you"}
    deliver_due(served.app)
    assert school_life.does("ended") == [{"sid": claims["sid"], "sub": claims["sub"]}]
    # What was asked for with offline_access outlives a logout (Back-Channel Logout §2.7).
    assert school_life.does("refresh")["sub"] == claims["sub"]
