"""POST /token with a code (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §4.5)."""

import json
from typing import Any

import pytest

from idp.oidc.clients import registration
from tests.actors.readings import claims_of
from tests.actors.relying_party import RelyingParty, basic, challenge
from tests.actors.world import Someone, World
from tests.at_once import at_once
from tests.conftest import Clock

pytestmark = pytest.mark.both_engines


def test_the_id_token_has_subject_times_and_audience(portal: RelyingParty, clock: Clock) -> None:
    tokens = portal.tokens()
    claims = claims_of(portal, tokens["id_token"])
    assert claims["iss"] == "http://localhost" and claims["aud"] == portal.client_id
    assert claims["nonce"] == "the-nonce" and claims["iat"] == clock.now and claims["exp"] == clock.now + 600
    assert claims["auth_time"] == clock.now and claims["acr"] == "eidas1" and claims["amr"] == ["pwd"]
    assert claims["sub"] == portal.userinfo(tokens["access_token"]).get_json()["sub"]
    assert set(claims) == {
        "iss",
        "sub",
        "aud",
        "iat",
        "exp",
        "auth_time",
        "acr",
        "amr",
        "sid",
        "nonce",
        "at_hash",
    }


def test_without_a_nonce_the_id_token_has_none(portal: RelyingParty) -> None:
    assert "nonce" not in claims_of(portal, portal.tokens(nonce=None)["id_token"])


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
def test_the_client_chooses_the_algorithm(world: World, portal: RelyingParty, alg: str) -> None:
    portal.registered = world.relying_party(id_token_signed_response_alg=alg)
    token = portal.tokens()["id_token"]
    assert claims_of(portal, token)["aud"] == portal.client_id
    header = json.loads(__import__("base64").urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header["alg"] == alg and header["kid"]


def test_responses_are_json_with_no_store(portal: RelyingParty) -> None:
    response = portal.redeem(portal.code())
    assert response.mimetype == "application/json" and response.headers["Cache-Control"] == "no-store"
    assert response.get_json()["token_type"] == "Bearer"


def test_a_code_works_once_and_a_replay_revokes_its_tokens(portal: RelyingParty) -> None:
    code = portal.code()
    tokens = portal.redeem(code).get_json()
    assert portal.userinfo(tokens["access_token"]).status_code == 200
    replay = portal.redeem(code)
    assert (replay.status_code, replay.get_json()["error"]) == (400, "invalid_grant")
    assert portal.userinfo(tokens["access_token"]).status_code == 401


def test_one_code_presented_fifty_times_at_once_gives_one_answer(portal: RelyingParty) -> None:
    code = portal.code()
    statuses = at_once(portal.app, lambda _: portal.redeem(code).status_code)
    assert sorted(statuses) == [200] + [400] * 49


class TestOneWrongFactAtATime:
    """A truth table: every fact that binds a code, flipped alone, is invalid_grant (or a client that is not let in)."""

    def refused(self, response: Any, error: str = "invalid_grant") -> None:
        assert response.get_json()["error"] == error, response.text

    def test_all_right(self, portal: RelyingParty) -> None:
        assert portal.redeem(portal.code()).status_code == 200

    def test_another_client(self, world: World, portal: RelyingParty) -> None:
        second_client = world.relying_party()
        headers = basic(second_client.client_id, second_client.client_secret or "")
        code = portal.code()
        self.refused(portal.redeem(code, headers=headers))
        assert portal.redeem(code).status_code == 200, "a stranger's try does not spoil the code"

    def test_another_redirect_uri(self, portal: RelyingParty) -> None:
        self.refused(portal.redeem(portal.code(), redirect_uri="https://portail.example/other"))

    def test_no_redirect_uri(self, portal: RelyingParty) -> None:
        self.refused(portal.redeem(portal.code(), redirect_uri=None))

    def test_expired(self, portal: RelyingParty, clock: Clock) -> None:
        code = portal.code()
        clock.advance(60)
        self.refused(portal.redeem(code))

    def test_just_in_time(self, portal: RelyingParty, clock: Clock) -> None:
        code = portal.code()
        clock.advance(59)
        assert portal.redeem(code).status_code == 200

    def test_another_verifier(self, portal: RelyingParty) -> None:
        self.refused(portal.redeem(portal.code(), code_verifier="z" * 50))

    @pytest.mark.parametrize("more", [{}, {"code_challenge_method": "plain"}])
    def test_the_challenge_itself(self, portal: RelyingParty, more: dict[str, str]) -> None:
        """What went through the browser is no proof: "plain", after a request with S256 (RFC 7636 §4.2)."""
        self.refused(portal.redeem(portal.code(), code_verifier=challenge(), **more))

    def test_no_verifier(self, portal: RelyingParty) -> None:
        self.refused(portal.redeem(portal.code(), code_verifier=None))

    def test_a_verifier_without_a_challenge(self, world: World, portal: RelyingParty) -> None:
        portal.registered = world.relying_party(require_pkce=False)
        code = portal.code(code_challenge=None, code_challenge_method=None)
        self.refused(portal.redeem(code))

    def test_no_challenge_and_no_verifier_where_the_registration_says_so(
        self, world: World, portal: RelyingParty
    ) -> None:
        portal.registered = world.relying_party(require_pkce=False)
        code = portal.code(code_challenge=None, code_challenge_method=None)
        assert portal.redeem(code, code_verifier=None).status_code == 200

    def test_an_unknown_code(self, portal: RelyingParty) -> None:
        self.refused(portal.redeem("nothing"))
        self.refused(portal.redeem("é" * 40))

    @pytest.mark.parametrize("values", [{"state": "locked"}, {"state": "closed"}, {"present": False}])
    def test_the_person_may_not_sign_in_any_more(
        self, world: World, portal: RelyingParty, guardian: Someone, values: dict[str, Any]
    ) -> None:
        code = portal.code()
        world.set_account(guardian, **values)
        self.refused(portal.redeem(code))

    def test_the_password_was_replaced_meanwhile(
        self,
        world: World,
        portal: RelyingParty,
        guardian: Someone,
        clock: Clock,
    ) -> None:
        code = portal.code()
        world.set_account(guardian, credentials_generation=1)
        self.refused(portal.redeem(code))

    def test_a_suspended_client(self, portal: RelyingParty) -> None:
        code = portal.code()
        registration.disable(portal.client_id, "test", 1)
        self.refused(portal.redeem(code), "invalid_client")


class TestMalformed:
    def test_no_grant_type(self, portal: RelyingParty) -> None:
        assert portal.redeem("x", grant_type=None).get_json()["error"] == "invalid_request"

    def test_an_unknown_grant_type(self, portal: RelyingParty) -> None:
        assert portal.redeem("x", grant_type="password").get_json()["error"] == "unsupported_grant_type"

    def test_no_code(self, portal: RelyingParty) -> None:
        response = portal.app.test_client().post(
            "/token", data={"grant_type": "authorization_code"}, headers=portal.credentials
        )
        assert response.get_json()["error"] == "invalid_request"

    def test_a_parameter_twice(self, portal: RelyingParty) -> None:
        body = "grant_type=authorization_code&code=a&code=b"
        response = portal.app.test_client().post(
            "/token", data=body, content_type="application/x-www-form-urlencoded", headers=portal.credentials
        )
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")

    def test_get_is_answered_405_as_json(self, portal: RelyingParty) -> None:
        response = portal.app.test_client().get("/token")
        assert response.status_code == 405 and response.mimetype == "application/json"
        assert "POST" in response.headers["Allow"]

    def test_parameters_in_the_query_are_ignored(self, portal: RelyingParty) -> None:
        response = portal.app.test_client().post(
            "/token?grant_type=authorization_code&code=" + portal.code(), headers=portal.credentials
        )
        assert response.get_json()["error"] == "invalid_request"

    def test_a_body_of_a_megabyte(self, portal: RelyingParty) -> None:
        response = portal.redeem("x" * 1_000_000)
        assert response.status_code == 413 and response.mimetype == "application/json"


def test_a_single_page_application_may_call_the_machines_endpoints(portal: RelyingParty) -> None:
    browser = portal.app.test_client()
    for path in ("/token", "/userinfo", "/revoke", "/jwks.json", "/.well-known/openid-configuration"):
        answer = browser.options(path, headers={"Origin": "https://app.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert answer.headers["Access-Control-Max-Age"] == "86400", path
    assert "Access-Control-Allow-Origin" not in browser.get("/authorize").headers
