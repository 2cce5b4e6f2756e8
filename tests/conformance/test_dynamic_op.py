"""Dynamic OP: a dynamically registered client, with keys, sector and request objects at URLs of its own."""

import pytest
from flask import Flask

from idp.oidc import signing
from tests.conformance import checks, registrations, suite
from tests.conformance.conftest import Register
from tests.conformance.metadata import PUBLISHED, checked_metadata
from tests.conformance.registrations import CALLBACK
from tests.conformance.suite import ISSUER, Own, RelyingParty
from tests.conformance.test_basic_op import (  # noqa: F401
    test_ensure_request_object_with_redirect_uri,
    test_idtoken_unsigned,
    test_refresh_token,
    test_server,
)
from tests.conftest import Clock


@pytest.fixture
def own_key() -> suite.SigningKey:
    """In this plan clients authenticate by private_key_jwt, here with a key without `kid` (RFC 7517 §4.5)."""
    return suite.key(None)


def test_idtoken_rs256(register: Register) -> None:
    """OIDC Registration §2."""
    login = register(id_token_signed_response_alg="RS256").logs_in()
    assert checks.header_of(login.tokens["id_token"])["alg"] == "RS256"


@pytest.mark.settings(server={"issuer": PUBLISHED})
def test_discovery_endpoint_verification(app: Flask) -> None:
    """The checks of Config OP, and the members for dynamic registration.

    Of a dynamic provider the suite's module asks for the response types `id_token` and `token id_token` and for the grant
    type `implicit` too (OIDC Core §15.2). They are refused on purpose (RFC 9700 §2.1.2; docs/standards.md).
    """
    metadata = checked_metadata(app)
    assert metadata["response_types_supported"] == ["code"]
    assert "authorization_code" in metadata["grant_types_supported"]
    assert "implicit" not in metadata["grant_types_supported"]
    assert metadata["registration_endpoint"] == f"{PUBLISHED}/register"
    assert metadata["request_parameter_supported"] is metadata["request_uri_parameter_supported"] is True
    assert metadata["claims_parameter_supported"] is True
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    for signed in ("token_endpoint_auth", "request_object", "userinfo"):
        assert "RS256" in metadata[f"{signed}_signing_alg_values_supported"]
    assert {"openid", "offline_access"} <= {*metadata["scopes_supported"]}


def test_userinfo_rs256(register: Register) -> None:
    """OIDC Core §5.3.2: a JWT with iss and aud, and no ID token."""
    party = register(userinfo_signed_response_alg="RS256")
    tokens = checks.check_token_answer(party.redeems(party.gets(scope="openid profile")["code"]))
    sub = party.id_token(tokens, party.asked["nonce"])["sub"]
    for method in ("GET", "POST"):
        response = party.userinfo(tokens["access_token"], method)
        assert (response.status_code, response.mimetype) == (200, "application/jwt")
        id_claims = checks.verified(response.text, party.jwks, "RS256")
        assert (id_claims.pop("iss"), id_claims.pop("aud")) == (ISSUER, party.client_id)
        assert "nonce" not in id_claims and id_claims["name"] == "Ana Costa"
        checks.check_userinfo(id_claims, sub, "openid profile")


def test_ensure_redirect_uri_in_authorization_request(register: Register) -> None:
    """OIDC Core §3.1.2.1: required: with two registered URIs the choice would be a guess, on one host or on two.

    Without `sector_identifier_uri`, two hosts form a sector of the client alone; a person has one `sub` in it.
    """
    party = register(redirect_uris=[CALLBACK, "https://suite.example/callback/two"])
    party.refused_on_a_page(redirect_uri=None)
    elsewhere = "https://example.org/redirect"
    party = register(redirect_uris=[CALLBACK, elsewhere])
    assert party.registered["subject_type"] == "pairwise"
    party.refused_on_a_page(redirect_uri=None)
    assert not [address for address in party.person.addresses if address.startswith("https://example.org")]
    sub = party.logs_in().claims["sub"]
    assert party.logs_in(redirect_uri=elsewhere).claims["sub"] == sub != register().logs_in().claims["sub"]


def test_redirect_uri_query_OK(register: Register) -> None:
    """RFC 6749 §3.1.2: the query of a registered address is kept."""
    party = register(redirect_uris=[f"{CALLBACK}?foo=bar"])
    assert party.logs_in().answer["foo"] == "bar"


def test_redirect_uri_query_mismatch(register: Register) -> None:
    """OIDC Core §3.1.2.1: simple string comparison."""
    party = register(redirect_uris=[f"{CALLBACK}?foo=bar"])
    for redirect_uri in (f"{CALLBACK}?bar=foo", f"{CALLBACK}?foo=bar&bar=foo", CALLBACK):
        party.refused_on_a_page(redirect_uri=redirect_uri)


def test_redirect_uri_query_added(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.1: simple string comparison."""
    party.refused_on_a_page(redirect_uri=f"{CALLBACK}?foo=bar")


def test_redirect_uri_regfrag(app: Flask, clock: Clock) -> None:
    """OIDC Registration §3.3, RFC 6749 §3.1.2."""
    response = registrations.registration(app, clock, redirect_uris=[f"{CALLBACK}#foobar"])
    registrations.refused(response, "invalid_redirect_uri")


def shown_at_sign_in(party: RelyingParty, element: str) -> None:
    """On the first page."""
    page = party.person.arrives(party.parameters())
    assert page.step == "sign_in"
    page.sees(element)


def test_registration_logo_uri(register: Register) -> None:
    """OIDC Registration §2: displayed to the person; the pages' own policy lets it be loaded."""
    party = register(logo_uri="https://suite.example/logo.png")
    shown_at_sign_in(party, '<img src="https://suite.example/logo.png"')
    page = party.person.page
    assert page is not None and "img-src 'self' https:" in page.headers["Content-Security-Policy"]


def test_registration_policy_uri(register: Register) -> None:
    """OIDC Registration §2."""
    shown_at_sign_in(
        register(policy_uri="https://suite.example/policy"), 'href="https://suite.example/policy"'
    )


def test_registration_tos_uri(register: Register) -> None:
    """OIDC Registration §2."""
    shown_at_sign_in(register(tos_uri="https://suite.example/terms"), 'href="https://suite.example/terms"')


def with_keys_at(own: Own, register: Register, kid: str = "first", **members: object) -> RelyingParty:
    """A client that authenticates with the one public key at its jwks_uri."""
    uri = own.puts("/keys", suite.key_set(kid))
    return register(
        suite.key(kid),
        jwks_uri=uri,
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg="RS256",
        **members,
    )


def test_registration_jwks_uri(own: Own, register: Register) -> None:
    """OIDC Registration §2, OIDC Core §9; and other keys are refused.

    A later registration with the same jwks_uri uses its current keys at once.
    """
    party = with_keys_at(own, register)
    party.logs_in()
    assert own.asked == ["/keys"]
    code = party.gets()["code"]
    party.key = suite.key("second")
    checks.check_token_error(party.redeems(code), "invalid_client", 401)
    later = with_keys_at(own, register, "third")
    later.logs_in()
    party.key = suite.key("first")
    party.logs_in()


def test_registration_sector_uri(own: Own, register: Register) -> None:
    """OIDC Registration §5, OIDC Core §8.1: two clients of a sector receive the same `sub`."""
    elsewhere = "https://other.example/callback"
    uri = own.puts("/sector", [CALLBACK, elsewhere])
    party = register(redirect_uris=[CALLBACK, elsewhere], sector_identifier_uri=uri)
    assert own.asked == ["/sector"]
    second = register(redirect_uris=[elsewhere], sector_identifier_uri=uri)
    sub = party.logs_in().claims["sub"]
    assert second.logs_in().claims["sub"] == sub != register().logs_in().claims["sub"]


def test_registration_sector_bad(own: Own, app: Flask, clock: Clock) -> None:
    """OIDC Registration §5: the document must list every redirect URI."""
    uri = own.puts("/sector", ["https://suite.example/another"])
    response = registrations.registration(app, clock, sector_identifier_uri=uri)
    registrations.refused(response, "invalid_client_metadata")
    assert own.asked == ["/sector"]


def test_server_rotate_keys(party: RelyingParty, app: Flask, clock: Clock) -> None:
    """OIDC Core §10.1.1: new keys are published before they sign, and previous keys stay published."""
    login = party.logs_in()
    before = {key["kid"] for key in party.jwks["keys"] if key["alg"] == "RS256"}
    with app.app_context():
        signing.rotate(None, "test", clock())
    after = {key["kid"] for key in party.jwks["keys"] if key["alg"] == "RS256"}
    assert before < after
    assert checks.verified(login.tokens["id_token"], party.jwks, "RS256") == login.claims
    clock.advance(3600)
    used = checks.header_of(party.logs_in().tokens["id_token"])["kid"]
    assert used in after - before


def test_refresh_token_rp_key_rotation(own: Own, register: Register, clock: Clock) -> None:
    """OIDC Core §10.1.1: an unknown kid is looked up at the jwks_uri again; another client's keys were fetched from it just before."""
    with_keys_at(own, register, "third").logs_in()
    party = with_keys_at(own, register, grant_types=["authorization_code", "refresh_token"])
    scope = "openid offline_access"
    first = party.logs_in(scope=scope, prompt="consent")
    own.puts("/keys", suite.key_set("second"))
    party.key = suite.key("second")
    clock.advance(60)
    tokens = checks.check_token_answer(party.refreshes(first.tokens["refresh_token"], scope=scope))
    checks.check_same_login(first.claims, party.id_token(tokens, nonce=None))


def test_request_uri_unsigned(own: Own, register: Register) -> None:
    """Left out by the suite unless algorithm none is announced; it is not, and the error code shows it."""
    party = register(request_uris=[f"{own.address}/request.jwt#first"])
    assert "none" not in party.metadata["request_object_signing_alg_values_supported"]
    inside = {**party.parameters(), "iss": party.client_id, "aud": ISSUER}
    own.puts("/request.jwt", suite.unsigned(inside))
    returned = party.gets(request_uri=f"{own.address}/request.jwt#first", state=inside["state"])
    assert returned["error"] == "request_uri_not_supported"


def test_request_uri_signed_rs256(own: Own, register: Register) -> None:
    """OIDC Core §6.2: the parameters of the object count; outside are the three that OAuth requires."""
    uri = f"{own.address}/request.jwt#of-this-login"
    party = register(
        suite.key("first"),
        jwks=suite.key_set("first"),
        request_uris=[uri],
        request_object_signing_alg="RS256",
    )
    party.asked = party.parameters(scope="openid email")
    own.puts("/request.jwt", party.signed({**party.asked, "iss": party.client_id, "aud": ISSUER}))
    beside = {"client_id": party.client_id, "response_type": "code", "scope": "openid", "request_uri": uri}
    login = party.receives(party.person.arrives(beside).goes_on())
    assert own.asked == ["/request.jwt"] and login.userinfo["email"] == "ana@example.org"


def test_ensure_client_assertion_with_iss_aud_succeeds(own: Own, register: Register) -> None:
    """RFC 7523 §3, OIDC Core §9: the issuer is an audience that names this provider."""
    party = with_keys_at(own, register)
    code = party.gets()["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    shown = {"client_assertion_type": suite.BEARER_ASSERTION, "client_assertion": party.assertion(ISSUER)}
    checks.check_token_answer(party.app.test_client().post("/token", data={**form, **shown}))


def test_nothing_is_handed_over_without_consent(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.4: a dynamically registered client needs consent."""
    person, first = party.person, party.parameters()
    person.arrives(first).fills(profile="responsable")
    person.fills(username=person.someone.username, password=person.someone.password)
    assert person.step == "consent"
    question = person.path
    assert party.asks(prompt="none") == [] and party.answer()["error"] == "consent_required"
    person.opens(question).fills(press="act=refuse")
    party.asked = first
    assert party.answer()["error"] == "access_denied"
