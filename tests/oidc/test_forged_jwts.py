"""One kit of forged JWTs against every door that takes one: request objects, assertions, hints, proofs, access tokens.

CVE-2026-28802, -27962, 2025-59420, -28498: alg none, a key from the header, unknown `crit`, another kind of token.
"""

import base64
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from werkzeug.test import TestResponse

from tests.conformance.fapi_client import ASSERTION_TYPE, ISSUER, FapiClient, answered, new_key
from tests.conformance.fapi_fixtures import MakeClient, client, make_client, signer

__all__ = ["client", "make_client", "signer"]


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[Any]]]:
    """An address that a header could name, and the connections that it has seen."""
    seen: list[Any] = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                seen.append(server.accept())
            except OSError:
                return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/keys", seen
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.fixture
def party(make_client: MakeClient) -> FapiClient:
    return make_client(None, grant_types=["authorization_code", "refresh_token"], access_token_format="jwt")


def claims_for(door: str, party: FapiClient) -> dict[str, Any]:
    """Claims that would be right at this door, were they signed by whom they should be."""
    now = party.clock()
    own = {"iss": party.client_id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": secrets.token_hex(8)}
    if door.startswith("request"):
        return {**own, "nbf": now, **party.parameters()}
    if door.startswith("assertion"):
        return {**own, "sub": party.client_id}
    if door.startswith("proof"):
        return {"jti": own["jti"], "htm": "POST", "htu": f"{ISSUER}/token", "iat": now, "nonce": party.nonce}
    if door.startswith("hint"):
        return {
            "iss": ISSUER,
            "aud": party.client_id,
            "sub": "x",
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
        }
    return {**own, "iss": ISSUER, "sub": "x", "client_id": party.client_id, "scope": "openid"}


def forgeries(door: str, party: FapiClient, address: str) -> dict[str, str]:
    """Name → token. None may open anything."""
    claims, stranger = claims_for(door, party), new_key("the-key")
    typ = {"r": "oauth-authz-req+jwt", "p": "dpop+jwt"}.get(door[0], "JWT")
    own = {"alg": "ES256", "typ": typ, "kid": "the-key"}
    theirs = {**own, "jwk": stranger.as_dict(private=False)}
    public = json.dumps(party.key.as_dict(private=False)).encode()
    ours = party.app.test_client().get("/jwks.json").data
    body = encoded(claims)
    signature = jwt.encode(own, claims, stranger, algorithms=["ES256"]).rpartition(".")[2]
    right = jwt.encode(own, claims, party.key, algorithms=["ES256"])
    made = {
        **{
            f"none-{alg}": f"{encoded({'alg': alg, 'typ': typ})}.{body}."
            for alg in ("none", "None", "nOnE", "NONE", "")
        },
        "none-signed": f"{encoded({'alg': 'none', 'typ': typ})}.{body}.{signature}",
        "no-alg": f"{encoded({'typ': typ})}.{body}.{signature}",
        "stripped": f"{right.rpartition('.')[0]}.",
        "two-parts": right.rpartition(".")[0],
        "stranger": jwt.encode(own, claims, stranger, algorithms=["ES256"]),
        "jku": jwt.encode({**own, "jku": address}, claims, stranger, algorithms=["ES256"]),
        "x5u": jwt.encode({**own, "x5u": address}, claims, stranger, algorithms=["ES256"]),
        "crit": f"{encoded({**own, 'crit': ['b64'], 'b64': False})}.{body}.{signature}",
        "array": f"{encoded(own)}.{encoded([1])}.{signature}",
        "deep": f"{encoded(own)}.{encoded(b'[' * 3000)}.{signature}",
        "long": f"{encoded(own)}.{'A' * 100_000}.{signature}",
        "not-base64": "é.é.é",
        "header-is-a-list": f"{encoded([1])}.{body}.{signature}",
    }
    for name, secret in (("their", public), ("our", ours), ("empty", b"\0" * 32)):
        symmetric: Any = {**own, "alg": "HS256"}
        made[f"hs256-{name}"] = jwt.encode(symmetric, claims, OctKey.import_key(secret), algorithms=["HS256"])
    if not door.startswith("proof"):
        made["jwk"] = jwt.encode(theirs, claims, stranger, algorithms=["ES256"])
    return made


def form_of(door: str, party: FapiClient, token: str) -> dict[str, str]:
    shown = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": token}
    return {
        "assertion at /token": {"grant_type": "refresh_token", "refresh_token": "x", **shown},
        "assertion at /par": {**party.parameters(), **shown},
        "assertion at /revoke": {"token": "x", **shown},
        "assertion at /introspect": {"token": "x", **shown},
        "assertion at /device_authorization": {"scope": "openid", **shown},
    }[door]


def send(door: str, party: FapiClient, token: str) -> TestResponse:
    browser = party.browser
    if door.startswith("assertion"):
        return party.app.test_client().post(door.split()[-1], data=form_of(door, party, token))
    if door == "request at /par":
        return party.calls("/par", {"request": token})
    if door == "proof at /token":
        headers = {"DPoP": token.encode().decode("latin-1")}
        form = {"grant_type": "refresh_token", "refresh_token": party.kept, **party.credentials()}  # type: ignore[attr-defined]
        return party.app.test_client().post("/token", data=form, headers=headers)
    if door == "access token at /userinfo":
        headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
        return party.app.test_client().get("/userinfo", headers=headers)
    name = "request" if door.startswith("request") else "id_token_hint"
    form = party.parameters(**{name: token, "prompt": "none"})
    return browser.post("/authorize", data=form)


DOORS: dict[str, tuple[str, ...]] = {
    "request at /authorize": ("invalid_request_object", "request_not_supported", "invalid_request"),
    "request at /par": ("invalid_request_object", "invalid_request"),
    **{
        f"assertion at {path}": ("invalid_client",)
        for path in ("/token", "/par", "/revoke", "/introspect", "/device_authorization")
    },
    "hint at /authorize": ("invalid_request",),
    "proof at /token": ("invalid_dpop_proof",),
    "access token at /userinfo": ("invalid_token",),
}


def error_of(response: TestResponse) -> str:
    if response.status_code == 303:
        found = answered(response)
        assert "code" not in found
        return found["error"]
    assert response.status_code in (400, 401), (response.status, response.text[:200])
    return str(response.get_json()["error"])


@pytest.mark.parametrize("door", DOORS)
def test_no_forgery_opens_a_door(party: FapiClient, listener: tuple[str, list[Any]], door: str) -> None:
    code = answered(party.browser.get("/authorize", query_string=party.parameters()))["code"]
    party.kept = party.redeem(code, {}).get_json()["refresh_token"]  # type: ignore[attr-defined]
    address, seen = listener
    for name, token in forgeries(door, party, address).items():
        assert error_of(send(door, party, token)) in DOORS[door], name
    assert seen == [], "nothing that a header names is ever fetched"


@pytest.mark.parametrize("door", ["request at /authorize", "assertion at /token"])
def test_the_kit_itself_is_right(party: FapiClient, door: str) -> None:
    """The same claims, signed by whom they should be, pass: so a refusal above is the forgery's."""
    claims = claims_for(door, party)
    typ = "oauth-authz-req+jwt" if door.startswith("request") else "JWT"
    token = jwt.encode(
        {"alg": "ES256", "typ": typ, "kid": "the-key"}, claims, party.key, algorithms=["ES256"]
    )
    response = send(door, party, token)
    if door.startswith("request"):
        assert answered(response)["code"]
    else:
        assert response.get_json()["error"] == "invalid_grant"


class TestAnotherKindOfToken:
    def tokens(self, party: FapiClient) -> dict[str, Any]:
        code = answered(party.browser.get("/authorize", query_string=party.parameters()))["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": "https://portail.example/cb",
            "code_verifier": "a-code-verifier-of-more-than-43-characters-0123456789",
        }
        return dict(party.calls("/token", form).get_json())

    def test_an_assertion_is_no_request_object(self, party: FapiClient) -> None:
        token = party.assertion(client_id=party.client_id, response_type="code", scope="openid")
        assert error_of(send("request at /authorize", party, token)) == "invalid_request_object"

    def test_a_request_object_is_no_assertion(self, party: FapiClient) -> None:
        for door in DOORS:
            if door.startswith("assertion"):
                assert error_of(send(door, party, party.request_object())) == "invalid_client"

    def test_our_own_tokens_are_neither(self, party: FapiClient) -> None:
        tokens = self.tokens(party)
        for token in (tokens["id_token"], tokens["access_token"]):
            assert error_of(send("request at /authorize", party, token)) == "invalid_request_object"
            assert error_of(send("assertion at /token", party, token)) == "invalid_client"

    def test_an_id_token_is_no_access_token_and_the_reverse(self, party: FapiClient) -> None:
        tokens = self.tokens(party)
        assert error_of(send("access token at /userinfo", party, tokens["id_token"])) == "invalid_token"
        assert error_of(send("hint at /authorize", party, tokens["access_token"])) == "invalid_request"

    def test_a_logout_token_is_no_hint(self, party: FapiClient) -> None:
        from idp.oidc import clients
        from idp.oidc.logout_notices import logout_token

        known = clients.find(party.client_id)
        assert known is not None
        token = logout_token(known, "0" * 32, "somebody", party.clock())
        assert error_of(send("hint at /authorize", party, token)) == "invalid_request"

    def test_a_proof_is_no_assertion(self, party: FapiClient) -> None:
        assert error_of(send("assertion at /token", party, party.proof("/token"))) == "invalid_client"
