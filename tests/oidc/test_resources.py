"""Access tokens for named resources (RFC 8707), as JWTs where a client is registered so (RFC 9068)."""

from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.world import World
from tests.conftest import Clock

GRADES, MEALS = "https://notes.example/api", "https://cantine.example/"


@pytest.fixture
def party(app: Flask, world: World) -> RelyingParty:
    registered = world.relying_party(resources=[GRADES, MEALS], access_token_format="jwt")
    return RelyingParty(app, registered, signed_in_browser(world, world.guardian()))


def read(app: Flask, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = KeySet.import_key_set(app.test_client().get("/jwks.json").get_json())
    decoded = jwt.decode(token, keys, algorithms=["ES256"])
    return decoded.header, dict(decoded.claims)


def code_for(party: RelyingParty, *resources: str) -> str:
    query = [
        *party.parameters(scope="openid offline_access").items(),
        *(("resource", resource) for resource in resources),
    ]
    return answer(party.browser.get("/authorize", query_string=query))["code"]  # type: ignore[arg-type]


def redeem(party: RelyingParty, code: str, *resources: str) -> Any:
    form: dict[str, Any] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "https://portail.example/cb",
        "code_verifier": "a-code-verifier-of-more-than-43-characters-0123456789",
        "resource": list(resources),
    }
    return party.app.test_client().post("/token", data=form, headers=party.credentials)


def test_a_jwt_access_token_has_the_claims_of_rfc_9068(app: Flask, party: RelyingParty, clock: Clock) -> None:
    tokens = party.tokens(scope="openid profile")
    header, claims = read(app, tokens["access_token"])
    assert header["typ"] == "at+jwt"
    assert claims["iss"] == claims["aud"] == "http://localhost"
    assert claims["client_id"] == party.client_id
    assert claims["sub"] == party.userinfo(tokens["access_token"]).get_json()["sub"]
    assert (claims["iat"], claims["exp"]) == (clock(), clock() + tokens["expires_in"])
    assert claims["scope"] == "openid profile" and claims["jti"]
    assert (claims["acr"], claims["amr"]) == ("eidas1", ["pwd"])


def test_a_revoked_jwt_access_token_is_refused_here(party: RelyingParty) -> None:
    token = party.tokens()["access_token"]
    assert party.revoke(token).status_code == 200
    assert party.userinfo(token).status_code == 401
    assert party.introspect(token) == {"active": False}


def test_tokens_are_for_the_resources_that_were_asked_for(app: Flask, party: RelyingParty) -> None:
    tokens = redeem(party, code_for(party, GRADES, MEALS)).get_json()
    assert read(app, tokens["access_token"])[1]["aud"] == [GRADES, MEALS]
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "resource": MEALS}
    narrowed = app.test_client().post("/token", data=form, headers=party.credentials).get_json()
    assert read(app, narrowed["access_token"])[1]["aud"] == MEALS


def test_a_token_for_a_resource_does_not_open_userinfo(party: RelyingParty) -> None:
    token = redeem(party, code_for(party, GRADES)).get_json()["access_token"]
    assert party.userinfo(token).status_code == 401
    assert party.introspect(token)["aud"] == [GRADES]


def test_an_opaque_token_has_an_audience_too(app: Flask, world: World) -> None:
    registered = world.relying_party(resources=[GRADES])
    party = RelyingParty(app, registered, signed_in_browser(world, world.guardian()))
    token = redeem(party, code_for(party, GRADES)).get_json()["access_token"]
    assert token.count(".") == 1 and party.introspect(token)["aud"] == [GRADES]


@pytest.mark.parametrize(
    "resource", ["https://other.example/", "relative", f"{GRADES}#part", "https://notes.example/api/", ""]
)
def test_another_resource_is_invalid_target_at_both_ends(party: RelyingParty, resource: str) -> None:
    if resource:
        error = answer(party.authorize(resource=resource))
        assert (error["error"], error["state"]) == ("invalid_target", "the-state")
    response = redeem(party, code_for(party, GRADES), resource or MEALS)
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_target")


def test_a_refused_resource_leaves_the_code_to_be_used(party: RelyingParty) -> None:
    code = code_for(party, GRADES)
    assert redeem(party, code, MEALS).status_code == 400
    assert redeem(party, code, GRADES).status_code == 200
