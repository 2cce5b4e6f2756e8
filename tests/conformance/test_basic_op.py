"""Basic OP: the code flow of OpenID Connect Core, by a dynamically registered client."""

import json

import pytest
from flask import Flask

from tests.actors.relying_party import VERIFIER, challenge
from tests.conformance import checks, registrations, suite
from tests.conformance.conftest import Register
from tests.conformance.registrations import CALLBACK
from tests.conformance.suite import ISSUER, Own, RelyingParty
from tests.conftest import Clock

ALL = "openid profile email address phone"


def test_server(party: RelyingParty) -> None:
    """Every check of a login, and no parameter is repeated."""
    first, second = party.logs_in(), party.logs_in()
    assert first.shown == ["sign_in", "consent"] and second.shown == []
    assert first.claims.keys() == checks.OF_THE_TOKEN | {"nonce"} and first.userinfo.keys() == {"sub"}
    assert first.claims["sub"] == second.claims["sub"]
    assert first.answer["code"] != second.answer["code"]
    assert first.tokens["access_token"] != second.tokens["access_token"]


def test_response_type_missing(party: RelyingParty) -> None:
    """A redirect with an error and an error page are both allowed (RFC 6749 §4.1.2.1); this provider redirects."""
    assert party.gets(response_type=None)["error"] == "invalid_request"


def test_idtoken_signature(party: RelyingParty) -> None:
    """No algorithm was registered: RS256 (OIDC Registration §2), with a kid of the JWKS."""
    assert party.registered["id_token_signed_response_alg"] == "RS256"
    header = checks.header_of(party.logs_in().tokens["id_token"])
    assert header["alg"] == "RS256"
    assert [key["kty"] for key in party.jwks["keys"] if key["kid"] == header["kid"]] == ["RSA"]


def test_idtoken_unsigned(app: Flask, clock: Clock, party: RelyingParty) -> None:
    """Not supported: not announced, and a registration with it is refused."""
    assert "none" not in party.metadata["id_token_signing_alg_values_supported"]
    asked = registrations.registration(app, clock, id_token_signed_response_alg="none")
    registrations.refused(asked, "invalid_client_metadata")


def test_userinfo_get(party: RelyingParty) -> None:
    """OIDC Core §5.3.1, with every standard scope so that types are seen."""
    login = party.logs_in(scope=ALL)
    assert login.userinfo["sub"] == login.claims["sub"] and login.userinfo["phone_number"]


def test_userinfo_post_header(party: RelyingParty) -> None:
    """OIDC Core §5.3.1, RFC 6750 §2.1."""
    login = party.logs_in(scope=ALL)
    response = party.userinfo(login.tokens["access_token"], "POST")
    assert (response.status_code, response.get_json()) == (200, login.userinfo)


def test_userinfo_post_body(party: RelyingParty) -> None:
    """RFC 6750 §2.2: optional, and supported."""
    login = party.logs_in(scope=ALL)
    response = party.app.test_client().post("/userinfo", data={"access_token": login.tokens["access_token"]})
    assert (response.status_code, response.get_json()) == (200, login.userinfo)


def test_ensure_request_without_nonce_succeeds_for_code_flow(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1: optional in the code flow; without it the ID token has none."""
    assert "nonce" not in party.logs_in(nonce=None).claims


def test_scope_profile(party: RelyingParty) -> None:
    """OIDC Core §5.4: from userinfo; the data of a test person."""
    userinfo = party.logs_in(scope="openid profile").userinfo
    known = {"name", "given_name", "family_name", "preferred_username", "locale", "updated_at"}
    assert userinfo.keys() == {"sub"} | known and userinfo["name"] == "Ana Costa"


def test_scope_email(party: RelyingParty) -> None:
    """OIDC Core §5.4."""
    userinfo = party.logs_in(scope="openid email").userinfo
    assert userinfo.keys() == {"sub", "email", "email_verified"}
    assert userinfo["email"] == "ana@example.org" and userinfo["email_verified"] is True


def test_scope_address(party: RelyingParty) -> None:
    """OIDC Core §5.1.1."""
    userinfo = party.logs_in(scope="openid address").userinfo
    assert userinfo.keys() == {"sub", "address"}
    assert userinfo["address"]["formatted"] == "1 rue des Lilas\n99000 Belleville"


def test_scope_phone(party: RelyingParty) -> None:
    """OIDC Core §5.1: E.164."""
    userinfo = party.logs_in(scope="openid phone").userinfo
    assert userinfo.keys() == {"sub", "phone_number", "phone_number_verified"}
    assert userinfo["phone_number"] == "+33612345678" and userinfo["phone_number_verified"] is False


def test_scope_all(party: RelyingParty) -> None:
    """OIDC Core §5.4: each brings its own."""
    userinfo = party.logs_in(scope=ALL).userinfo
    assert {"name", "email", "email_verified", "address", "phone_number"} < userinfo.keys()


def test_alternate_happy_flow(party: RelyingParty) -> None:
    """Neither the order of the scopes nor that of the parameters has a meaning (RFC 6749 §3.3)."""
    expected = party.logs_in(scope=ALL).userinfo
    party.asked = dict(reversed(party.parameters(scope=" ".join(reversed(ALL.split()))).items()))
    login = party.receives(party.person.arrives(party.asked).goes_on())
    assert login.shown == [] and login.userinfo == expected


def test_display_page(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1, §15.1."""
    assert "sign_in" in party.logs_in(display="page").shown


def test_display_popup(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1, §15.1."""
    assert "sign_in" in party.logs_in(display="popup").shown


def test_prompt_login(party: RelyingParty, clock: Clock) -> None:
    """OIDC Core §3.1.2.1: a live session is not enough."""
    first = party.logs_in()
    clock.advance(1)
    second = party.logs_in(prompt="login")
    assert "sign_in" in second.shown and second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"] + 1


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}])
def test_a_new_login_is_a_new_one_within_a_second_too(party: RelyingParty, asked: dict[str, str]) -> None:
    """OIDC Core §3.1.2.1: prompt=login and max_age=0 mean the same, however young the session is."""
    party.logs_in()
    assert "sign_in" in party.logs_in(**asked).shown


def test_prompt_none_not_logged_in(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.6; a state of 128 characters is returned unchanged."""
    state = ("0123456789-._~ABCDEFGHIJKLMNOPQRSTUVWXYZ!*'()" * 3)[:128]
    assert party.asks(prompt="none", state=state) == []
    assert party.answer()["error"] == "login_required" and party.asked["state"] == state


def test_prompt_none_logged_in(party: RelyingParty, clock: Clock) -> None:
    """OIDC Core §3.1.2.1: same person, same login."""
    first = party.logs_in()
    clock.advance(2)
    second = party.logs_in(prompt="none")
    assert second.shown == [] and second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"]


def test_max_age_1(party: RelyingParty, clock: Clock) -> None:
    """OIDC Core §3.1.2.1, §15.1: after two seconds a login is too old."""
    first = party.logs_in()
    clock.advance(2)
    second = party.logs_in(max_age="1")
    assert "sign_in" in second.shown and second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == clock() > first.claims["auth_time"]


@pytest.mark.both_engines
def test_max_age_10000(party: RelyingParty, clock: Clock) -> None:
    """OIDC Core §3.1.2.1: recent enough: no new login."""
    first = party.logs_in(max_age="15000")
    clock.advance(60)
    second = party.logs_in(max_age="10000")
    assert "sign_in" in first.shown and second.shown == [] and second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"]


def test_ensure_request_with_unknown_parameter_succeeds(party: RelyingParty) -> None:
    """RFC 6749 §3.1: it is ignored."""
    party.logs_in(extra="foobar")


def test_id_token_hint(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1: the session's own hint, without a page."""
    first = party.logs_in()
    second = party.logs_in(prompt="none", id_token_hint=first.tokens["id_token"])
    assert second.shown == [] and second.claims["sub"] == first.claims["sub"]


def test_login_hint(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1: also with an unknown username."""
    assert "sign_in" in party.logs_in(login_hint="buffy@suite.example").shown


def test_ui_locales(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1: languages that are not offered are no error."""
    party.logs_in(ui_locales="se")


def test_claims_locales(party: RelyingParty) -> None:
    """OIDC Core §5.2."""
    assert party.logs_in(scope=ALL, claims_locales="se").userinfo["name"] == "Ana Costa"


def test_ensure_request_with_acr_values_succeeds(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1: of the requested `acr` values a true one is returned; unknown values are ignored."""
    offered = party.metadata["acr_values_supported"]
    assert party.logs_in(acr_values=" ".join(offered)).claims["acr"] in offered
    party.logs_in(acr_values="1 2")
    assert party.logs_in(acr_values="1 eidas1").claims["acr"] == "eidas1"


def test_codereuse(party: RelyingParty) -> None:
    """RFC 6749 §4.1.2, §5.2: at once."""
    code = party.logs_in().answer["code"]
    checks.check_token_error(party.redeems(code), "invalid_grant")


def test_codereuse_30seconds(party: RelyingParty, clock: Clock) -> None:
    """RFC 6749 §4.1.2: after half a minute too; the tokens of the first use are revoked."""
    login = party.logs_in()
    clock.advance(30)
    assert party.userinfo(login.tokens["access_token"]).status_code == 200
    checks.check_token_error(party.redeems(login.answer["code"]), "invalid_grant")
    checks.check_bearer_refusal(party.userinfo(login.tokens["access_token"]))


def test_ensure_registered_redirect_uri(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1, RFC 6749 §3.1.2.4."""
    party.refused_on_a_page(redirect_uri=f"{CALLBACK}/other")


def test_ensure_post_request_succeeds(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1: GET and POST; also in a session that is there already."""
    assert "sign_in" in party.logs_in("POST").shown
    assert party.logs_in("POST").shown == []


def test_server_client_secret_post(register: Register) -> None:
    """RFC 6749 §2.3.1; the header is taken too, but from a client that is registered for its one method alone."""
    party = register(token_endpoint_auth_method="client_secret_post")
    party.logs_in()
    code, party.registered["token_endpoint_auth_method"] = party.gets()["code"], "client_secret_basic"
    assert party.redeems(code).status_code == 200
    party = register(token_endpoint_auth_method="client_secret_post", require_registered_auth_method=True)
    party.logs_in()
    code, party.registered["token_endpoint_auth_method"] = party.gets()["code"], "client_secret_basic"
    checks.check_token_error(party.redeems(code), "invalid_client", 401)


def test_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    own: Own, register: Register
) -> None:
    """OIDC Core §6.2: algorithm none is not announced, and refused with its error code."""
    party = register(request_uris=[f"{own.address}/request.jwt"])
    inside = {**party.parameters(), "iss": party.client_id, "aud": ISSUER}
    uri = own.puts("/request.jwt", suite.unsigned(inside))
    assert party.gets(request_uri=uri, state=inside["state"])["error"] == "request_uri_not_supported"
    assert own.asked == ["/request.jwt"]


def test_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.6, §6.1: never ignored."""
    assert "none" not in party.metadata["request_object_signing_alg_values_supported"]
    inside = {**party.parameters(), "iss": party.client_id, "aud": ISSUER}
    returned = party.gets(request=suite.unsigned(inside), state=inside["state"], nonce=inside["nonce"])
    assert returned["error"] == "request_not_supported"


def test_claims_essential(party: RelyingParty) -> None:
    """OIDC Core §5.5.1."""
    asked = json.dumps({"userinfo": {"name": {"essential": True}}})
    assert party.logs_in(claims=asked, also=frozenset({"name"})).userinfo["name"] == "Ana Costa"


def test_ensure_request_object_with_redirect_uri(register: Register) -> None:
    """RFC 9101 §5, §6.3: the object's redirect_uri counts; the one outside is ignored."""
    party = register(suite.key("first"), jwks=suite.key_set("first"), request_object_signing_alg="RS256")
    inside = party.parameters()
    request = party.signed({**inside, "iss": party.client_id, "aud": ISSUER}, typ="JWT")
    outside = party.parameters(redirect_uri=f"{CALLBACK}/another", request=request)
    party.asked = inside
    party.receives(party.person.arrives(outside).goes_on())
    party.refused_on_a_page(redirect_uri=f"{CALLBACK}/another", request=suite.unsigned(inside))


def test_refresh_token(register: Register, clock: Clock) -> None:
    """OIDC Core §12, RFC 6749 §6: new tokens of the same login, for the client that had the first; the response repeats the scope."""
    both = ["authorization_code", "refresh_token"]
    party, second_party = register(grant_types=both), register(grant_types=both)
    scope = "openid offline_access"
    first = party.logs_in(scope=scope, prompt="consent")
    refresh_token = first.tokens["refresh_token"]
    checks.check_token_error(second_party.refreshes(refresh_token, scope=scope), "invalid_grant")
    clock.advance(5)
    tokens = checks.check_token_answer(party.refreshes(refresh_token, scope=scope))
    assert tokens["access_token"] != first.tokens["access_token"]
    again = party.id_token(tokens, nonce=None)
    assert again["iat"] == first.claims["iat"] + 5
    checks.check_same_login(first.claims, again)
    assert party.userinfo(tokens["access_token"]).get_json() == first.userinfo
    checks.check_token_error(second_party.refreshes(tokens["refresh_token"], scope=scope), "invalid_grant")
    checks.check_token_answer(party.refreshes(tokens["refresh_token"]))


def test_ensure_request_with_valid_pkce_succeeds(party: RelyingParty) -> None:
    """RFC 7636; with another verifier a code opens nothing (§4.6)."""
    proof = {"code_challenge": challenge(), "code_challenge_method": "S256"}
    party.receives(party.asks(**proof), code_verifier=VERIFIER)
    response = party.redeems(party.gets(**proof)["code"], code_verifier=VERIFIER.upper())
    checks.check_token_error(response, "invalid_grant")
