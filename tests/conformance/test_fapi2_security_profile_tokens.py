"""FAPI 2.0 Security Profile, final: the modules about the token endpoint, who calls it, and what codes and tokens are bound to."""

import pytest

from tests.actors.relying_party import REDIRECT, VERIFIER
from tests.actors.visitor import Visitor
from tests.conformance import checks
from tests.conformance.fapi_client import QUERY, FapiClient, any_algorithm, new_key, refused
from tests.conformance.fapi_fixtures import MakeClient, known_key
from tests.conftest import Clock


def test_ensure_client_id_in_token_endpoint(make_client: MakeClient) -> None:
    """The second client's id in an assertion signed with the first client's key: no client has made it."""
    client, second = make_client(), make_client()
    code, named = client.code(), {"iss": second.client_id, "sub": second.client_id}
    response = client.redeem(code, assertion=named, client_id=second.client_id)
    refused(response, "invalid_client", "invalid_grant")
    assert client.redeem(code).status_code == 200, "the code was not used up"


def test_ensure_holder_of_key_required(client: FapiClient) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": client.code(),
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    refused(client.calls("/token", form), "invalid_dpop_proof", "invalid_request")
    token = client.tokens()["access_token"]
    assert client.reads([("Authorization", f"Bearer {token}")]).status_code == 401


def test_ensure_authorization_code_is_bound_to_client(make_client: MakeClient) -> None:
    client, second_client = make_client(), make_client()
    refused(second_client.redeem(client.code()), "invalid_grant")


def test_attempt_reuse_authorization_code_after_one_second(client: FapiClient, clock: Clock) -> None:
    code = client.code()
    token = client.redeem(code).get_json()["access_token"]
    clock.advance(1)
    refused(client.redeem(code), "invalid_grant")
    assert client.userinfo(token).status_code == 401


@pytest.mark.settings(tokens={"code": 600})
def test_ensure_token_endpoint_fails_with_expired_auth_code(client: FapiClient, clock: Clock) -> None:
    """At 60 s, however long other clients' codes live."""
    code = client.code()
    clock.advance(61)
    refused(client.redeem(code), "invalid_grant")


def test_ensure_signed_client_assertion_with_RS256_fails(make_client: MakeClient) -> None:
    """The key is correct, and the registration names no algorithm; FAPI 2.0 §5.4 forbids this algorithm."""
    client = make_client(key=any_algorithm(known_key("PS256", 0)))
    code = client.code()
    response = client.redeem(code, assertion={"_header": {"alg": "RS256"}})
    checks.check_token_error(response, "invalid_client", 401)
    assert client.redeem(code, assertion={"_header": {"alg": "PS256"}}).status_code == 200


def test_ensure_client_assertion_in_token_endpoint(client: FapiClient) -> None:
    form = {"grant_type": "authorization_code", "code": client.code(), "client_id": client.client_id}
    checks.check_token_error(client.app.test_client().post("/token", data=form), "invalid_client", 401)


def test_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(client: FapiClient) -> None:
    now = client.clock()
    stale = {"iat": now - 360, "exp": now - 300}
    refused(client.redeem(client.code(), assertion=stale), "invalid_client")


def test_ensure_client_assertion_with_wrong_aud_fails(client: FapiClient) -> None:
    code = client.code()
    for aud in ("https://other.example", f"{client.issuer}/", None):
        refused(client.redeem(code, assertion={"aud": aud}), "invalid_client")


def test_ensure_client_assertion_with_no_sub_fails(client: FapiClient) -> None:
    refused(client.redeem(client.code(), assertion={"sub": None}), "invalid_client")


def agrees_once_more(client: FapiClient) -> str:
    """A code of a request with prompt=consent, as offline_access wants it (OIDC Core §11)."""
    asked = client.opens(client.pushed(prompt="consent"))
    page = Visitor(client.app, client.browser).opens(asked.headers["Location"]).fills("act=agree")
    assert page.page is not None
    return client.answer(page.page)["code"]


def refreshed_by_another_key(client: FapiClient, clock: Clock, **form: str) -> tuple[str, str]:
    """The access and refresh token that a confidential client gets that has a new key to prove by now (RFC 9449 §5)."""
    first = checks.check_token_answer(client.redeem(agrees_once_more(client)), "dpop")
    clock.advance(1)
    client.dpop_key = new_key("a new one")
    form |= {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = checks.check_token_answer(client.calls("/token", form, {}), "dpop")
    assert second["refresh_token"] == first["refresh_token"], "§5.3.2.1: not rotated"
    assert second["access_token"] != first["access_token"]
    assert client.userinfo(second["access_token"]).status_code == 200
    before, after = client.id_token(first), client.id_token(second)
    assert after["iat"] == before["iat"] + 1
    checks.check_same_login(before, after)
    return second["access_token"], second["refresh_token"]


@pytest.mark.both_engines
def test_refresh_token(make_client: MakeClient, clock: Clock) -> None:
    """Bound to the client, which has to show who it is and prove a key, but not the key of the first time."""
    client = make_client(first_party=False)
    second = make_client(first_party=False, redirect_uris=[REDIRECT + QUERY])
    scope = "openid offline_access"
    _, refresh_token = refreshed_by_another_key(client, clock, scope=scope)
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": scope}
    proof = {"DPoP": client.proof("/token")}
    for credentials in ({}, {"client_id": client.client_id}):
        response = client.app.test_client().post("/token", data={**form, **credentials}, headers=proof)
        checks.check_token_error(response, "invalid_client", 401)
    checks.check_token_error(client.calls("/token", form), "invalid_dpop_proof")

    token, refresh_token = refreshed_by_another_key(second, clock)
    assert second.userinfo(token, _key=client.dpop_key).status_code == 401
    checks.check_token_error(client.refresh(refresh_token), "invalid_grant")
    assert second.refresh(refresh_token).status_code == 200
