"""FAPI 2.0 Security Profile, final, with private_key_jwt and DPoP: one test a module of the plan, named after it."""

import json
from urllib.parse import urlsplit

import pytest

from tests.conformance.fapi_client import (
    ISSUER,
    FapiClient,
    answered,
    new_key,
    refused,
    shown,
)
from tests.conformance.fapi_fixtures import MakeClient, client, make_client, signer
from tests.conftest import Clock
from tests.oidc.flow import REDIRECT, signed_in_browser
from tests.visitor import Visitor
from tests.world import World

__all__ = ["client", "make_client", "signer"]


def test_discovery_end_point_verification(client: FapiClient) -> None:
    said = client.app.test_client().get("/.well-known/openid-configuration").get_json()
    assert said["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    assert said["authorization_response_iss_parameter_supported"] is True
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    for name in (
        "id_token_signing_alg_values_supported",
        "dpop_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg_values_supported",
    ):
        assert {"PS256", "ES256", "EdDSA"} <= set(said[name]) and "none" not in said[name]


def test_happy_flow(client: FapiClient) -> None:
    tokens = client.tokens()
    assert tokens["token_type"] == "DPoP" and tokens["expires_in"] > 0
    claims = client.id_token(tokens)
    assert claims["nonce"] == "the-nonce" and claims["at_hash"]
    assert client.userinfo(tokens["access_token"]).get_json()["sub"] == claims["sub"]


def test_user_rejects_authentication(make_client: MakeClient) -> None:
    client = make_client(first_party=False)
    page = Visitor(client.app, client.browser).opens(client.opens(client.pushed()).headers["Location"])
    page.sees("Votre accord").fills("act=refuse")
    assert page.page is not None
    found = answered(page.page)
    assert (found["error"], found["state"]) == ("access_denied", "the-state")


def test_ensure_authorization_request_without_state_success(client: FapiClient) -> None:
    found = answered(client.opens(client.pushed(state=None)))
    assert "state" not in found and found["code"]


def test_ensure_authorization_request_without_nonce_success(client: FapiClient) -> None:
    assert "nonce" not in client.id_token(client.tokens(nonce=None))


def test_ensure_authorization_request_with_64_char_nonce_success(client: FapiClient) -> None:
    assert client.id_token(client.tokens(nonce="n" * 64))["nonce"] == "n" * 64


def test_ensure_other_scope_order_succeeds(client: FapiClient) -> None:
    assert client.tokens(scope="offline_access profile openid")["access_token"]


def test_test_claims_parameter_identity_claims(client: FapiClient) -> None:
    claims = {"id_token": {"family_name": {"essential": True}}, "userinfo": {"given_name": None}}
    tokens = client.tokens(scope="openid", claims=json.dumps(claims))
    assert client.id_token(tokens)["family_name"] == "Durand"
    assert client.userinfo(tokens["access_token"]).get_json()["given_name"] == "Claire"


def test_access_token_type_header_case_sensitivity(client: FapiClient) -> None:
    token = client.tokens()["access_token"]
    for scheme in ("DPoP", "dpop", "DPOP", "dPoP"):
        assert client.userinfo(token, scheme).status_code == 200


def test_check_dpop_proof_nbf_exp(client: FapiClient) -> None:
    """Neither claim is asked for; where one is there it counts."""
    now = client.clock()
    assert client.redeem(client.code(), {"nbf": now, "exp": now + 60}).status_code == 200
    refused(client.redeem(client.code(), {"exp": now - 60}), "invalid_dpop_proof")
    refused(client.redeem(client.code(), {"nbf": now + 60}), "invalid_dpop_proof")


def test_ensure_dpopproof_with_iat_10seconds_before_succeeds(client: FapiClient) -> None:
    assert client.redeem(client.code(), {"iat": client.clock() - 10}).status_code == 200


def test_ensure_dpopproof_with_iat_10seconds_after_succeeds(client: FapiClient) -> None:
    assert client.redeem(client.code(), {"iat": client.clock() + 10}).status_code == 200


def test_ensure_mismatched_dpop_jkt_fails(client: FapiClient) -> None:
    """dpop_jkt of one key, and at PAR the proof of another (RFC 9449 §10.1)."""
    other = new_key("other").thumbprint()
    refused(client.push({}, dpop_jkt=other), "invalid_dpop_proof", "invalid_request")


def test_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(client: FapiClient) -> None:
    code = answered(client.opens(client.pushed(dpop={})))["code"]
    refused(client.redeem(code, {"_key": new_key("other")}), "invalid_grant", "invalid_dpop_proof")


def test_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(client: FapiClient) -> None:
    code = client.code(dpop_jkt=client.dpop_key.thumbprint())
    refused(client.redeem(code, {"_key": new_key("other")}), "invalid_grant", "invalid_dpop_proof")


def test_ensure_dpopproof_at_par_endpoint_binding_success(client: FapiClient) -> None:
    code = answered(client.opens(client.pushed(dpop={})))["code"]
    assert client.redeem(code).status_code == 200


def test_ensure_dpop_auth_code_binding_success(client: FapiClient) -> None:
    assert client.redeem(client.code(dpop_jkt=client.dpop_key.thumbprint())).status_code == 200


def test_ensure_different_nonce_inside_and_outside_request_object(signer: FapiClient) -> None:
    response = signer.opens(signer.pushed(nonce="inside"), nonce="outside")
    tokens = signer.redeem(answered(response)["code"]).get_json()
    assert signer.id_token(tokens)["nonce"] == "inside"


def test_ensure_different_state_inside_and_outside_request_object(signer: FapiClient) -> None:
    assert answered(signer.opens(signer.pushed(state="inside"), state="outside"))["state"] == "inside"


def test_ensure_authorization_request_with_long_nonce(client: FapiClient) -> None:
    assert client.id_token(client.tokens(nonce="n" * 384))["nonce"] == "n" * 384


def test_ensure_authorization_request_with_long_state(client: FapiClient) -> None:
    assert answered(client.opens(client.pushed(state="s" * 384)))["state"] == "s" * 384


def test_state_only_outside_request_object_not_used(signer: FapiClient) -> None:
    assert "state" not in answered(signer.opens(signer.pushed(state=None), state="outside"))


def test_ensure_request_object_without_redirect_uri_fails(signer: FapiClient) -> None:
    refused(signer.push(redirect_uri=None), "invalid_request", "invalid_request_object")


def test_ensure_registered_redirect_uri(client: FapiClient) -> None:
    refused(client.push(redirect_uri="https://evil.example/cb"), "invalid_request")


def test_plain_fapi_tolerate_unregistered_redirect_uri(client: FapiClient) -> None:
    """Both are allowed; here an address has to be registered for authenticated clients too."""
    refused(client.push(redirect_uri=f"{REDIRECT}/other"), "invalid_request")


def test_ensure_unsigned_authorization_request_without_using_par_fails(client: FapiClient) -> None:
    found = answered(client.browser.get("/authorize", query_string=client.parameters()))
    assert found["error"] == "invalid_request" and "code" not in found


def test_ensure_redirect_uri_in_authorization_request(client: FapiClient) -> None:
    refused(client.push(redirect_uri=None), "invalid_request")


@pytest.mark.parametrize("response_type", ["code id_token", "code token id_token"])
def test_ensure_response_type_code_idtoken_fails(client: FapiClient, response_type: str) -> None:
    refused(client.push(response_type=response_type), "unsupported_response_type")


def test_ensure_response_type_token_fails(client: FapiClient) -> None:
    refused(client.push(response_type="token"), "unsupported_response_type")


def test_ensure_client_id_in_token_endpoint(make_client: MakeClient) -> None:
    """A client_id that is not the assertion's."""
    client, other = make_client(), make_client()
    refused(
        client.redeem(client.code(), client_id=other.client_id),
        "invalid_request",
        "invalid_client",
        "invalid_grant",
    )


def test_ensure_holder_of_key_required(client: FapiClient) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": client.code(),
        "redirect_uri": REDIRECT,
        "code_verifier": "a-code-verifier-of-more-than-43-characters-0123456789",
    }
    refused(client.calls("/token", form), "invalid_dpop_proof", "invalid_request")
    token = client.tokens()["access_token"]
    bare = client.app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert bare.status_code == 401


def test_ensure_authorization_code_is_bound_to_client(make_client: MakeClient) -> None:
    client, other = make_client(), make_client()
    refused(other.redeem(client.code()), "invalid_grant")


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


def test_ensure_client_assertion_in_token_endpoint(client: FapiClient) -> None:
    form = {"grant_type": "authorization_code", "code": client.code(), "client_id": client.client_id}
    response = client.app.test_client().post("/token", data=form)
    refused(response, "invalid_client")
    assert response.status_code == 401


def test_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(client: FapiClient) -> None:
    now = client.clock()
    stale = {"iat": now - 360, "exp": now - 300}
    refused(client.redeem(client.code(), assertion=stale), "invalid_client")


def test_ensure_client_assertion_with_wrong_aud_fails(client: FapiClient) -> None:
    for aud in ("https://other.example", f"{ISSUER}/", None):
        refused(client.redeem(client.code(), assertion={"aud": aud}), "invalid_client")


def test_ensure_client_assertion_with_no_sub_fails(client: FapiClient) -> None:
    refused(client.redeem(client.code(), assertion={"sub": None}), "invalid_client")


@pytest.mark.parametrize(
    "wrong",
    [
        {"_header": {"typ": "JWT"}},
        {"_header": {"typ": None}},
        {"_header": {"jwk": None}},
        {"_header": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}},
        {"htm": "GET"},
        {"htm": None},
        {"htu": f"{ISSUER}/userinfo"},
        {"htu": "https://other.example/token"},
        {"htu": None},
        {"iat": None},
        {"jti": None},
        {"jti": 5},
    ],
    ids=str,
)
def test_dpop_negative_tests(client: FapiClient, wrong: dict[str, object]) -> None:
    code = client.code()
    refused(client.redeem(code, wrong), "invalid_dpop_proof")
    assert client.redeem(code).status_code == 200, "the code was not used up"


def test_refresh_token(make_client: MakeClient) -> None:
    """Not rotated (§5.3.2.1), and bound to the client."""
    client, other = make_client(), make_client()
    first = client.tokens()
    second = client.refresh(first["refresh_token"]).get_json()
    assert second["refresh_token"] == first["refresh_token"]
    assert second["access_token"] != first["access_token"] and second["token_type"] == "DPoP"
    for name in ("iss", "sub", "aud", "auth_time"):
        assert client.id_token(second)[name] == client.id_token(first)[name]
    refused(other.refresh(first["refresh_token"]), "invalid_grant")
    assert client.refresh(first["refresh_token"]).status_code == 200


def test_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
    client: FapiClient, world: World
) -> None:
    uri = client.pushed(prompt="login")
    someone = world.guardian("Nadia", "Petit")
    first, second = client.app.test_client(), client.app.test_client()
    assert client.opens(uri, first).headers["Location"].startswith("/authorize/")
    page = Visitor(client.app, second).opens(client.opens(uri, second).headers["Location"])
    page.fills("profile=responsable").fills(username=someone.username, password=someone.password)
    assert page.page is not None and answered(page.page)["code"]


def test_par_attempt_reuse_request_uri(client: FapiClient, world: World) -> None:
    uri = client.pushed()
    assert answered(client.opens(uri))["code"]
    shown(client.opens(uri), "P07")
    shown(client.opens(uri, signed_in_browser(world, world.guardian("Nadia"))), "P07")


def test_par_attempt_to_use_expired_request_uri(client: FapiClient, clock: Clock) -> None:
    response = client.push().get_json()
    clock.advance(response["expires_in"] + 1)
    shown(client.opens(response["request_uri"]), "P07")


def test_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(client: FapiClient) -> None:
    assert client.push(assertion={"nbf": client.clock() + 8}).status_code == 201


def test_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(client: FapiClient) -> None:
    refused(client.push(assertion={"nbf": client.clock() + 61}), "invalid_client")


def test_par_attempt_to_use_request_uri_for_different_client(make_client: MakeClient) -> None:
    client, other = make_client(), make_client()
    uri = client.pushed()
    shown(other.opens(uri), "P07")
    assert answered(client.opens(uri))["code"]


def test_par_authorization_request_containing_request_uri_form_param(client: FapiClient) -> None:
    refused(client.push(request_uri=client.pushed()), "invalid_request")


def test_par_attempt_invalid_http_method(client: FapiClient) -> None:
    for method in ("GET", "PUT", "DELETE"):
        response = client.app.test_client().open("/par", method=method)
        assert response.status_code == 405 and response.mimetype == "application/json"


def test_par_ensure_pkce_required(client: FapiClient) -> None:
    refused(client.push(code_challenge=None, code_challenge_method=None), "invalid_request")


def test_ensure_pkce_code_verifier_required(client: FapiClient) -> None:
    refused(client.redeem(client.code(), code_verifier=None), "invalid_grant")


def test_incorrect_pkce_code_verifier_rejected(client: FapiClient) -> None:
    refused(client.redeem(client.code(), code_verifier="z" * 50), "invalid_grant")


def test_par_plain_pkce_rejected(client: FapiClient) -> None:
    refused(client.push(code_challenge="z" * 43, code_challenge_method="plain"), "invalid_request")


def test_par_without_duplicate_parameters(client: FapiClient) -> None:
    """The browser brings client_id and request_uri alone."""
    response = client.browser.get(
        "/authorize", query_string={"client_id": client.client_id, "request_uri": client.pushed()}
    )
    assert answered(response)["code"] and urlsplit(response.headers["Location"]).scheme == "https"


def test_par_test_array_as_audience_fails(client: FapiClient) -> None:
    refused(client.push(assertion={"aud": [ISSUER]}), "invalid_client")


def test_par_test_par_endpoint_url_as_audience_fails(client: FapiClient) -> None:
    refused(client.push(assertion={"aud": f"{ISSUER}/par"}), "invalid_client")


def test_par_test_token_endpoint_url_as_audience_fails(client: FapiClient) -> None:
    refused(client.push(assertion={"aud": f"{ISSUER}/token"}), "invalid_client")
