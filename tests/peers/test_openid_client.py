"""npm's openid-client as a relying party with an address of its own: the person's browser meets both over HTTP."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.person import Person
from tests.peers.conftest import NODE, Served
from tests.peers.passage import log_in, log_out
from tests.world import Someone, deliver_due

pytestmark = pytest.mark.node


@dataclass
class Peer:
    """The relying party at `address`, and the browser of the one person who uses it."""

    address: str
    person: Person
    guardian: Someone

    def logs_in(self, **query: str) -> dict[str, Any]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        log_in(self.person, f"{self.address}/login?{asked}", self.guardian)
        return self.said()

    def does(self, what: str) -> Any:
        self.person.opens(f"{self.address}/{what}")
        return self.said()

    def logs_out(self) -> Any:
        log_out(self.person, f"{self.address}/logout")
        return self.said()

    def said(self) -> Any:
        assert self.person.page is not None
        assert self.person.address.startswith(self.address), self.person.html
        return self.person.page.json()


Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, node: str) -> Iterator[Start]:
    """Start a relying party, registered with the given members beside its addresses."""
    running = []

    def heard(process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read()
        return dict(json.loads(line))

    def begin(method: str = "client_secret_basic", algorithm: str = "ES256", **members: Any) -> Peer:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen([node, "openid_client.mjs"], cwd=NODE, text=True, **pipes)
        running.append(process)
        own = heard(process)
        document = {
            "redirect_uris": [f"{own['address']}/callback"],
            "post_logout_redirect_uris": [f"{own['address']}/bye"],
            "backchannel_logout_uri": f"{own['address']}/backchannel",
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
            "jwks": own["jwks"] if method == "private_key_jwt" else None,
            **members,
        }
        with served.app.app_context():
            guardian, registered = served.world.guardian(), served.world.relying_party(**document)
        told = {
            "issuer": served.issuer,
            "client_id": registered.client_id,
            "client_secret": registered.client_secret or None,
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
        }
        assert process.stdin is not None
        process.stdin.write(json.dumps({name: value for name, value in told.items() if value}) + "\n")
        process.stdin.flush()
        assert heard(process) == {"ready": True}
        return Peer(own["address"], Person(), guardian)

    yield begin
    for process in running:
        process.communicate(timeout=20)


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
    found = start(method, algorithm).logs_in()
    assert found["claims"]["sub"] == found["userinfo"]["sub"]
    assert found["userinfo"]["name"] == "Claire Durand"
    assert found["userinfo"]["email_verified"] is True


def test_the_answer_comes_as_a_form_where_it_was_asked_so(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/login?response_mode=form_post", peer.guardian)
    peer.person.sees("Retour au service").fills()
    assert peer.said()["userinfo"]["name"] == "Claire Durand"


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
