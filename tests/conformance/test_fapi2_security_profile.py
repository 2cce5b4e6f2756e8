"""FAPI 2.0 Security Profile, final, with private_key_jwt and DPoP: one test a module of the plan, named after it.

Here is what a request asks for, and what the person's browser brings back. What the PAR endpoint, the token endpoint and
proofs have to hold stands in this plan's other files.
"""

import secrets
from itertools import cycle
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.actors.relying_party import REDIRECT
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conformance import checks
from tests.conformance.fapi_client import QUERY, FapiClient, refused
from tests.conformance.fapi_fixtures import MakeClient
from tests.pages import forms_of


def test_discovery_end_point_verification(client: FapiClient) -> None:
    metadata, issuer = client.metadata, client.issuer
    assert metadata["pushed_authorization_request_endpoint"] == f"{issuer}/par"
    assert type(metadata["require_pushed_authorization_requests"]) is bool
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "code" in metadata["response_types_supported"] and "openid" in metadata["scopes_supported"]
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    for name in (
        "id_token_signing_alg_values_supported",
        "dpop_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "request_object_signing_alg_values_supported",
    ):
        assert {"PS256", "ES256", "EdDSA"} <= set(metadata[name]) and "none" not in metadata[name]


def opens_beside(client: FapiClient, request_uri: str, backwards: bool = False) -> TestResponse:
    """The parameters that OAuth requires are repeated beside the request_uri (OIDC Core §6.1), in both orders."""
    asked = client.parameters()
    query = {name: asked[name] for name in ("client_id", "response_type", "scope", "redirect_uri")}
    query["request_uri"] = request_uri
    ordered = dict(sorted(query.items(), reverse=backwards))
    return client.browser.get("/authorize", query_string=ordered)


def logs_in(client: FapiClient, nonce: str, backwards: bool = False, **more: Any) -> str:
    """A whole login, from the push to userinfo, with every check; returns the access token."""
    request_uri = client.pushed(nonce=nonce, **more)
    assert checks.bits(request_uri.rpartition(":")[2]) >= 128
    code = client.answer(opens_beside(client, request_uri, backwards))["code"]
    assert checks.bits(code) >= 128
    tokens = checks.check_token_answer(client.redeem(code), "dpop")
    claims, token = client.id_token(tokens), str(tokens["access_token"])
    alg = checks.header_of(tokens["id_token"])["alg"]
    checks.check_id_token(claims, client.issuer, client.client_id, nonce, token, alg, client.clock())
    assert claims.keys() <= checks.OF_THE_TOKEN | {"nonce"}
    response = client.userinfo(token)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    checks.check_userinfo(response.get_json(), claims["sub"], "openid offline_access")
    return token


def test_happy_flow(make_client: MakeClient) -> None:
    """Two clients; the second one's redirect URI has a query, and it names its key by dpop_jkt alone (RFC 9449 §10)."""
    first, second = make_client(), make_client(redirect_uris=[REDIRECT + QUERY])
    token = logs_in(first, secrets.token_hex(5))
    proof = [("DPoP", first.proof("/userinfo", "GET", token))]
    # FAPI 2.0 §5.3.4: never in the query.
    assert first.reads(proof, f"access_token={token}").status_code == 401
    for name, value in (
        ("Accept", "application/json;charset=utf-8"),
        ("Accept", "*/*"),
        ("x-fapi-customer-ip-address", "2001:db8::1893:25c7"),
    ):
        proof = [("DPoP", first.proof("/userinfo", "GET", token)), (name, value)]
        assert first.reads([("Authorization", f"DPoP {token}"), *proof]).status_code == 200
    thumbprint = second.dpop_key.thumbprint()
    of_the_second = logs_in(second, secrets.token_urlsafe(32), backwards=True, dpop_jkt=thumbprint)
    assert second.userinfo(of_the_second, _key=first.dpop_key).status_code == 401
    assert second.userinfo(of_the_second).status_code == 200


def denied(client: FapiClient, page: Visitor, state: str) -> None:
    """The refusal as returned to the service; the query of its callback is preserved."""
    assert page.page is not None
    response = client.answer(page.page)
    assert response.keys() <= {"error", "error_description", "state", "iss"}
    assert (response["error"], response["state"]) == ("access_denied", state)


def goes_back(page: Visitor) -> Visitor:
    """Press the button of a sign-in page that leads back to the service without a login."""
    page.sees("Annuler et revenir au service")
    ((action, fields),) = [form for form in forms_of(page.html) if form[0].endswith("/cancel")]
    return page._arrive(page.browser.post(action, data=fields))


@pytest.mark.parametrize("callback", [REDIRECT, REDIRECT + QUERY], ids=["plain", "with a query"])
def test_user_rejects_authentication(make_client: MakeClient, callback: str) -> None:
    """A signed-in person refuses on the consent page; another person cancels on each page of the sign-in."""
    client = make_client(first_party=False, redirect_uris=[callback])
    state = secrets.token_hex(64)
    page = Visitor(client.app, client.browser)
    page.opens(client.opens(client.pushed(state=state)).headers["Location"])
    denied(client, page.sees("Votre accord").fills("act=refuse"), state)

    for pages in ([], ["profile=responsable"]):
        page = Visitor(client.app)
        page.opens(client.opens(client.pushed(state=state), page.browser).headers["Location"])
        for choice in pages:
            page.fills(choice)
        denied(client, goes_back(page), state)


def test_ensure_authorization_request_without_state_success(client: FapiClient) -> None:
    response = client.answer(client.opens(client.pushed(state=None)))
    assert "state" not in response and response["code"]


def test_ensure_authorization_request_without_nonce_success(client: FapiClient) -> None:
    assert "nonce" not in client.id_token(client.tokens(nonce=None))


def test_ensure_authorization_request_with_64_char_nonce_success(client: FapiClient) -> None:
    nonce = secrets.token_hex(32)
    assert client.id_token(client.tokens(nonce=nonce))["nonce"] == nonce


def test_ensure_authorization_request_with_long_nonce(client: FapiClient) -> None:
    """384 characters, none of them lost."""
    nonce = secrets.token_hex(192)
    assert client.id_token(client.tokens(nonce=nonce))["nonce"] == nonce


def test_ensure_authorization_request_with_long_state(client: FapiClient) -> None:
    """1000 characters, none of them lost."""
    state = secrets.token_hex(500)
    response = client.answer(client.opens(client.pushed(state=state)))
    assert response["state"] == state and client.redeem(response["code"]).status_code == 200


def test_ensure_other_scope_order_succeeds(client: FapiClient) -> None:
    assert client.tokens(scope="offline_access profile openid")["access_token"]


KNOWN = {"given_name": "Ana", "family_name": "Costa", "acr": "eidas1", "email": "ana@example.org"}
NOTATIONS = ("null", "empty", "essential", "value", "unknown member", "voluntary")
"""OIDC Core §5.5.1: the ways in which one claim can be asked for."""


def asked_as(notation: str, name: str) -> dict[str, Any] | None:
    if notation == "value" and name in KNOWN:
        return {"value": KNOWN[name]}
    return {
        "empty": {},
        "essential": {"essential": True},
        "unknown member": {secrets.token_hex(5): secrets.token_hex(5)},
        "voluntary": {"essential": False},
    }.get(notation)


def test_test_claims_parameter_identity_claims(make_client: MakeClient, contextless: World) -> None:
    """Every claim of the metadata, in both places, and in one round or another by each notation; a third place is ignored."""
    client = make_client(someone=well_known(contextless))
    supported = client.metadata["claims_supported"]
    standard = {name for names in checks.OF_SCOPES.values() for name in names} & {*supported}
    for first in range(len(NOTATIONS)):
        notations = cycle(NOTATIONS[first:] + NOTATIONS[:first])
        section = {
            name: asked_as(notation, name) for name, notation in zip(supported, notations, strict=False)
        }
        elsewhere = {secrets.token_hex(5): {secrets.token_hex(5): {"essential": True}}}
        claims = {"id_token": section, "userinfo": section, **elsewhere}
        tokens = client.tokens(scope="openid", claims=claims)
        id_claims, info = client.id_token(tokens), client.userinfo(tokens["access_token"]).get_json()
        assert standard <= id_claims.keys() <= {*supported, "at_hash"} and standard <= info.keys() <= {
            *supported
        }
        of_the_standard = {name: info[name] for name in standard}
        checks.check_userinfo(of_the_standard, id_claims["sub"], "openid profile email phone address")


def well_known(contextless: World) -> Someone:
    """A person with a value for every supported standard claim."""
    known = {"address": "1 rue des Lilas", "postal_code": "99000", "city": "Belleville"}
    return contextless.guardian("Ana", "Costa", mobile="+33612345678", language="fr", **known)


def test_ensure_different_nonce_inside_and_outside_request_object(client: FapiClient) -> None:
    response = client.opens(client.pushed(nonce="inside"), nonce="outside")
    tokens = client.redeem(client.answer(response)["code"]).get_json()
    assert client.id_token(tokens)["nonce"] == "inside"


def test_ensure_different_state_inside_and_outside_request_object(client: FapiClient) -> None:
    assert client.answer(client.opens(client.pushed(state="inside"), state="outside"))["state"] == "inside"


def test_state_only_outside_request_object_not_used(client: FapiClient) -> None:
    assert "state" not in client.answer(client.opens(client.pushed(state=None), state="outside"))


def test_ensure_request_object_without_redirect_uri_fails(client: FapiClient) -> None:
    refused(client.push(redirect_uri=None), "invalid_request", "invalid_request_object")


def test_ensure_registered_redirect_uri(client: FapiClient) -> None:
    refused(client.push(redirect_uri="https://evil.example/cb"), "invalid_request")


def test_plain_fapi_tolerate_unregistered_redirect_uri(client: FapiClient) -> None:
    """Both are allowed; here an address has to be registered for authenticated clients too."""
    refused(client.push(redirect_uri=f"{REDIRECT}/other"), "invalid_request")


def test_ensure_unsigned_authorization_request_without_using_par_fails(client: FapiClient) -> None:
    response = client.answer(client.browser.get("/authorize", query_string=client.parameters()))
    assert response["error"] == "invalid_request"


def test_ensure_redirect_uri_in_authorization_request(client: FapiClient) -> None:
    refused(client.push(redirect_uri=None), "invalid_request")


def test_ensure_response_type_code_idtoken_fails(client: FapiClient) -> None:
    for response_type in ("code id_token", "code token id_token"):
        refused(client.push(response_type=response_type), "unsupported_response_type")


def test_ensure_response_type_token_fails(client: FapiClient) -> None:
    refused(client.push(response_type="token"), "unsupported_response_type")
