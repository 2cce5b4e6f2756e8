"""DPoP outside FAPI 2.0 too (RFC 9449): required, optional, public clients; replays, nonces, the pure rules."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from sqlalchemy import func, select

from idp.app import create_app
from idp.database.engine import reading
from idp.limits.storage.used_once import UsedOnce
from idp.oidc.tokens.rules import dpop as rules
from tests.actors.relying_party import REDIRECT, VERIFIER
from tests.at_once import at_once
from tests.conformance.fapi_client import FapiClient, answered, new_key, refused
from tests.conformance.fapi_fixtures import MakeClient, client, make_client, signer
from tests.conftest import Clock

__all__ = ["client", "make_client", "signer"]


def code_of(client: FapiClient) -> str:
    return answered(client.browser.get("/authorize", query_string=client.parameters()))["code"]


@pytest.fixture
def plain(make_client: MakeClient) -> FapiClient:
    """A client under no profile."""
    return make_client(None)


class PublicClient(FapiClient):
    """A single-page application: it shows nothing but its client_id."""

    def credentials(self, **changes: Any) -> dict[str, str]:
        return {"client_id": self.client_id}


@pytest.fixture
def spa(make_client: MakeClient) -> PublicClient:
    made = make_client(None, token_endpoint_auth_method="none")
    return PublicClient(made.app, made.client_id, made.key, made.clock, made.browser)


def test_a_voluntary_proof_binds_the_token(plain: FapiClient) -> None:
    tokens = plain.redeem(code_of(plain), {}).get_json()
    assert tokens["token_type"] == "DPoP"
    assert plain.userinfo(tokens["access_token"]).status_code == 200
    thief = {"_key": new_key("thief")}
    assert plain.userinfo(tokens["access_token"], **thief).status_code == 401


def test_a_public_clients_refresh_token_is_bound_to_the_first_key_that_it_proves(spa: PublicClient) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    parameters = spa.parameters(scope="openid offline_access")
    code = answered(spa.browser.get("/authorize", query_string=parameters))["code"]
    unbound = spa.calls("/token", {**form, "code": code}).get_json()["refresh_token"]
    bound = spa.refresh(unbound).get_json()["refresh_token"]
    without = spa.calls("/token", {"grant_type": "refresh_token", "refresh_token": bound})
    assert without.get_json()["error"] == "invalid_grant"
    assert spa.refresh(bound, _key=new_key("thief")).get_json()["error"] == "invalid_grant"
    assert spa.refresh(bound).status_code == 200


def test_without_a_proof_a_bearer_token_is_given_where_the_registration_allows_it(
    plain: FapiClient, make_client: MakeClient
) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    bearer = plain.calls("/token", {**form, "code": code_of(plain)}).get_json()
    assert bearer["token_type"] == "Bearer"
    assert plain.userinfo(bearer["access_token"]).status_code == 401, "a bearer token is none of a key's"
    strict = make_client(None, dpop_bound_access_tokens=True)
    refused(strict.calls("/token", {**form, "code": code_of(strict)}), "invalid_dpop_proof")


def test_a_bound_token_is_refused_as_a_bearer_token(plain: FapiClient) -> None:
    token = plain.redeem(code_of(plain), {}).get_json()["access_token"]
    get = plain.app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    post = plain.app.test_client().post("/userinfo", data={"access_token": token})
    assert get.status_code == post.status_code == 401


def test_a_public_clients_refresh_token_is_bound_to_its_key(spa: PublicClient) -> None:
    tokens = spa.redeem(code_of(spa), {}).get_json()
    refused(spa.refresh(tokens["refresh_token"], _key=new_key("thief")), "invalid_grant")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refused(spa.calls("/token", form), "invalid_grant")
    assert spa.refresh(tokens["refresh_token"]).get_json()["token_type"] == "DPoP"


def test_dpop_jkt_of_the_request_binds_the_code(plain: FapiClient) -> None:
    thumbprint = plain.dpop_key.thumbprint()
    query = plain.parameters(dpop_jkt=thumbprint)
    code = answered(plain.browser.get("/authorize", query_string=query))["code"]
    refused(plain.redeem(code, {"_key": new_key("thief")}), "invalid_grant")
    assert plain.redeem(code, {}).status_code == 200
    query = plain.parameters(dpop_jkt="short")
    assert answered(plain.browser.get("/authorize", query_string=query))["error"] == "invalid_request"


def test_introspection_names_the_key(plain: FapiClient) -> None:
    token = plain.redeem(code_of(plain), {}).get_json()["access_token"]
    introspected = plain.calls("/introspect", {"token": token}).get_json()
    assert (
        introspected["cnf"] == {"jkt": plain.dpop_key.thumbprint()} and introspected["token_type"] == "DPoP"
    )


class TestSingleUseOfAProof:
    def call(self, app: Flask, client: FapiClient, token: str, proof: str) -> int:
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        return app.test_client().get("/userinfo", headers=headers).status_code

    def ready(self, client: FapiClient) -> tuple[str, str]:
        token = client.redeem(code_of(client), {}).get_json()["access_token"]
        assert client.userinfo(token).status_code == 200
        return token, client.proof("/userinfo", "GET", token)

    def test_one_after_the_other(self, plain: FapiClient) -> None:
        token, proof = self.ready(plain)
        assert [self.call(plain.app, plain, token, proof) for _ in range(3)] == [200, 401, 401]

    @pytest.mark.both_engines
    def test_twenty_at_once(self, plain: FapiClient) -> None:
        token, proof = self.ready(plain)
        statuses = at_once(plain.app, lambda _: self.call(plain.app, plain, token, proof), 20)
        assert sorted(statuses) == [200, *[401] * 19]

    def test_after_a_restart(self, plain: FapiClient, app: Flask, clock: Clock) -> None:
        token, proof = self.ready(plain)
        assert self.call(plain.app, plain, token, proof) == 200
        again = create_app(app.extensions["settings"], clock)
        assert self.call(again, plain, token, proof) == 401
        with again.app_context():
            again.extensions["connections"].close()


class TestNonces:
    def test_the_first_proof_is_refused_with_a_nonce(self, plain: FapiClient) -> None:
        code = code_of(plain)
        response = plain.redeem(code, {"nonce": None})
        refused(response, "use_dpop_nonce")
        assert response.headers["DPoP-Nonce"]
        assert plain.redeem(code, {}).status_code == 200, "the code was not used up"

    def test_the_previous_nonce_is_accepted_and_an_older_one_refused(
        self, plain: FapiClient, clock: Clock
    ) -> None:
        plain.redeem(code_of(plain), {})
        clock.advance(rules.NONCE_LIFE)
        assert plain.redeem(code_of(plain), {"nonce": plain.nonce}).status_code == 200
        clock.advance(rules.NONCE_LIFE)
        refused(plain.redeem(code_of(plain), {"nonce": plain.nonce}), "use_dpop_nonce")

    @pytest.mark.parametrize("nonce", ["", "x" * 40, 5, "é"])
    def test_an_unknown_nonce_is_refused(self, plain: FapiClient, nonce: Any) -> None:
        refused(plain.redeem(code_of(plain), {"nonce": nonce}), "use_dpop_nonce")

    def test_userinfo_sends_a_nonce_in_its_challenge(self, plain: FapiClient) -> None:
        token = plain.redeem(code_of(plain), {}).get_json()["access_token"]
        response = plain.userinfo(token, nonce="old")
        assert response.status_code == 401 and response.headers["DPoP-Nonce"]
        assert 'error="use_dpop_nonce"' in response.headers["WWW-Authenticate"]

    def test_the_nonce_is_readable_across_origins(self, plain: FapiClient) -> None:
        response = plain.redeem(code_of(plain), {"nonce": None})
        assert "DPoP-Nonce" in response.headers["Access-Control-Expose-Headers"]
        asked = plain.app.test_client().options("/token")
        assert "DPoP" in asked.headers["Access-Control-Allow-Headers"]


def test_two_proofs_are_refused(plain: FapiClient) -> None:
    plain.redeem(code_of(plain), {})
    token = plain.redeem(code_of(plain), {}).get_json()["access_token"]
    first, second = (plain.proof("/userinfo", "GET", token) for _ in range(2))
    headers = [("Authorization", f"DPoP {token}"), ("DPoP", first), ("DPoP", second)]
    assert plain.app.test_client().get("/userinfo", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"ath": "x"}, {"ath": None}, {"htm": "POST"}, {"htu": "http://localhost/token"}]
)
def test_userinfo_requires_a_proof_for_the_token_and_request(
    plain: FapiClient, wrong: dict[str, Any]
) -> None:
    token = plain.redeem(code_of(plain), {}).get_json()["access_token"]
    response = plain.userinfo(token, **wrong)
    assert response.status_code == 401
    assert 'error="invalid_dpop_proof"' in response.headers["WWW-Authenticate"]


def test_a_proof_with_a_private_key_is_refused(plain: FapiClient) -> None:
    key = ECKey.generate_key("P-256")
    header = {"jwk": key.as_dict(private=True)}
    refused(plain.redeem(code_of(plain), {"_key": key, "_header": header}), "invalid_dpop_proof")


URI = "https://idp.example/token"
GOOD = {"jti": "1", "htm": "POST", "htu": URI, "iat": 1000}


@pytest.mark.parametrize(
    "htu", [URI, "HTTPS://IDP.example/token", "https://idp.example:443/token", f"{URI}?a=b", f"{URI}#x"]
)
def test_query_fragment_and_spelling_of_the_host_do_not_count(htu: str) -> None:
    assert rules.claims_fault({**GOOD, "htu": htu}, "POST", URI, None, 1000) is None


@settings(derandomize=True, max_examples=300)
@given(
    st.text(max_size=60)
    | st.builds(lambda end: URI + end, st.text(alphabet="/abcT%.:@", min_size=1, max_size=9))
)
def test_no_other_address_passes(htu: str) -> None:
    fault = rules.claims_fault({**GOOD, "htu": htu}, "POST", URI, None, 1000)
    assert fault == "htu" or htu.split("?")[0].split("#")[0].lower().rstrip() == URI


@settings(derandomize=True, max_examples=300)
@given(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.lists(st.integers())
)
def test_iat_must_be_a_number_near_now(iat: Any) -> None:
    near = isinstance(iat, int | float) and not isinstance(iat, bool) and abs(iat - 1000) <= rules.WINDOW
    assert (rules.claims_fault({**GOOD, "iat": iat}, "POST", URI, None, 1000) is None) is near


def test_a_proof_beside_a_wrong_code_or_token_leaves_no_row(spa: PublicClient) -> None:
    """Anybody can make keys: what counts is the proof of a request that is right."""
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    for number in range(5):
        assert spa.calls("/token", {**form, "code": f"wrong-{number}"}).status_code == 400
        assert spa.userinfo(f"wrong-{number}").status_code == 401
    with spa.app.app_context():
        assert reading().execute(select(func.count()).select_from(UsedOnce)).scalar_one() == 0
