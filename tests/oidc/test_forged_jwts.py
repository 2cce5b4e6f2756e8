"""Forged JWTs against every entry point that accepts a JWT: request objects, assertions, hints, proofs, bearer tokens.

CVE-2026-28802, -27962, 2025-59420, -28498: alg none, a key from the header, unknown `crit`, another kind of token. Except
for signature forgeries, every forgery has a valid signature, so that the refusal is due to the forged member.
"""

import base64
import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc.jws import JWSRegistry
from werkzeug.test import TestResponse

from idp.oidc import signing
from idp.oidc.clients import initial_tokens, registry
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from idp.oidc.participants.notices import logout_token
from tests.actors.relying_party import REDIRECT, VERIFIER
from tests.conformance.fapi_client import ASSERTION_TYPE, ISSUER, FapiClient, answered, new_key, payload
from tests.conformance.fapi_fixtures import MakeClient, client, make_client, signer

__all__ = ["client", "make_client", "signer"]

OPEN, NO_WAY_BACK = "open", "a page without a way back"
ASSERTIONS = [f"assertion at {path}" for path in ("/token", "/par", "/revoke", "/introspect")]
ENTRY_POINTS: dict[str, set[str]] = {
    "request at /authorize": {"invalid_request_object", "request_not_supported"},
    "request at /par": {"invalid_request_object"},
    **{name: {"invalid_client"} for name in [*ASSERTIONS, "assertion at /device_authorization"]},
    "hint at /authorize": {"invalid_request"},
    "hint at /logout": {NO_WAY_BACK},
    **{f"proof at {path}": {"invalid_dpop_proof"} for path in ("/token", "/par", "/userinfo")},
    "bearer at /userinfo": {"invalid_token"},
    "bearer at /register": {"invalid_token"},
}
"""Entry point → the errors that may answer a forgery there."""
TYPES = {"request": "oauth-authz-req+jwt", "proof": "dpop+jwt", "bearer": "at+jwt"}


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(header: Any, body: bytes, key: Any) -> str:
    """A JWS with any header and any payload, assembled without a library's checks."""
    text = f"{encoded(header)}.{encoded(body)}"
    return f"{text}.{encoded(JWSRegistry.algorithms['ES256'].sign(text.encode(), key))}"


@dataclass
class EntryPoint:
    """One of ENTRY_POINTS, and a valid JWT there for `party`. `bound` tokens need a proof of its DPoP key, `plain` none."""

    name: str
    party: FapiClient
    bound: dict[str, Any]
    plain: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.name.split()[0]

    @property
    def path(self) -> str:
        return self.name.split()[-1]

    @property
    def key(self) -> Any:
        """The key that must sign here; hints and bearer tokens are signed by this provider."""
        if self.kind in ("hint", "bearer"):
            return signing.keyring(self.party.clock()).signer("ES256").key
        return self.party.dpop_key if self.kind == "proof" else self.party.key

    def header(self) -> dict[str, Any]:
        answers = {"alg": "ES256", "typ": TYPES.get(self.kind, "JWT")}
        if self.kind == "proof":
            return {**answers, "jwk": self.key.as_dict(private=False)}
        is_own_key = self.kind in ("hint", "bearer")
        return {
            **answers,
            "kid": signing.keyring(self.party.clock()).signer("ES256").kid
            if is_own_key
            else self.party.key.kid,
        }

    def claims(self) -> dict[str, Any]:
        """Fresh claims at each call, so that no refusal is due to a replay."""
        party, now = self.party, self.party.clock()
        if self.kind == "hint":
            return payload(self.plain["id_token"])
        if self.kind == "proof":
            token = self.bound["access_token"] if self.path == "/userinfo" else None
            return payload(party.proof(self.path, "GET" if token else "POST", token))
        own = {
            "iss": party.client_id,
            "aud": ISSUER,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        }
        if self.kind == "request":
            return {**own, "nbf": now, **party.parameters()}
        return (
            {**own, "sub": party.client_id}
            if self.kind == "assertion"
            else {**own, "iss": ISSUER, "sub": "x"}
        )

    def made(self, header: Any = None, body: bytes | None = None, key: Any = None, **claims: Any) -> str:
        """A valid JWT with these changes, signed by the right key unless `key` is given."""
        text = json.dumps({**self.claims(), **claims}).encode() if body is None else body
        return signed({**self.header(), **(header or {})}, text, key or self.key)

    def right(self, **header: Any) -> str:
        """A valid token. Bearer tokens are looked up in the database, so only issued ones are valid."""
        if self.path == "/register":
            return initial_tokens.make("Éditeur Tilleul", 1, 1, "test", self.party.clock())
        return self.plain["access_token"] if self.kind == "bearer" else self.made(header)

    def says(self, token: str) -> str:
        """OPEN, or the error code; fails on a server error."""
        response = self._send(token)
        if self.path == "/logout":
            assert response.status_code in (200, 303), response.status
            return NO_WAY_BACK if "Location" not in response.headers else OPEN
        if response.status_code == 303:
            response_parameters = answered(response)
            return OPEN if "code" in response_parameters else response_parameters["error"]
        if response.status_code in (200, 201):
            return OPEN
        assert response.status_code in (400, 401), (response.status, response.text[:200])
        return str((response.get_json(silent=True) or {"error": "a page"})["error"])

    def _send(self, token: str) -> TestResponse:
        party, http, header = self.party, self.party.app.test_client(), token.encode().decode("latin-1")
        forms = {
            "/token": {"grant_type": "refresh_token", "refresh_token": self.plain["refresh_token"]},
            "/par": party.parameters(),
            "/device_authorization": {"scope": "openid"},
        }
        form = forms.get(self.path, {"token": "x"})
        if self.kind == "assertion":
            shown = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": token}
            return http.post(self.path, data={**form, **shown})
        if self.name == "proof at /userinfo":
            headers = {"Authorization": f"DPoP {self.bound['access_token']}", "DPoP": header}
            return http.get("/userinfo", headers=headers)
        if self.kind == "proof":
            return http.post(self.path, data={**form, **party.credentials()}, headers={"DPoP": header})
        if self.name == "request at /par":
            return party.calls("/par", {"request": token})
        if self.path == "/logout":
            bye = "https://portail.example/bye"
            query = {"id_token_hint": token, "post_logout_redirect_uri": bye}
            return http.get("/logout", query_string=query)
        if self.path == "/authorize":
            name = {"request": "request", "hint": "id_token_hint"}[self.kind]
            return party.browser.post("/authorize", data=party.parameters(**{name: token, "prompt": "none"}))
        headers = {"Authorization": f"Bearer {header}"}
        document = {"client_name": "Cantine", "redirect_uris": ["https://cantine.example/cb"]}
        if self.path == "/register":
            return http.post("/register", json=document, headers=headers)
        return http.get("/userinfo", headers=headers)


def wrong_types(entry_point: EntryPoint) -> set[str]:
    """The types of the other kinds of JWT."""
    return {*TYPES.values(), "logout+jwt", "secevent+jwt"} - {entry_point.header()["typ"]}


def wrong_audiences(entry_point: EntryPoint) -> dict[str, Any]:
    """The audience claims, with another audience."""
    elsewhere = "https://other.example"
    return (
        {"htu": f"{elsewhere}{entry_point.path}", "htm": "PUT"}
        if entry_point.kind == "proof"
        else {"aud": elsewhere}
    )


def forgeries(entry_point: EntryPoint, address: str) -> dict[str, str]:
    """Name → forged token. All must be refused."""
    right, stranger = entry_point.made(), new_key("the-key")
    body, typ, their = right.split(".")[1], entry_point.header()["typ"], stranger.as_dict(private=False)
    made = {
        **{
            f"none-{alg}": f"{encoded({'alg': alg, 'typ': typ})}.{body}."
            for alg in ("none", "None", "nOnE", "NONE", "")
        },
        "none-signed": entry_point.made({"alg": "none"}),
        "no-alg": signed({"typ": typ}, json.dumps(entry_point.claims()).encode(), entry_point.key),
        "another-alg": entry_point.made({"alg": "RS256"}),
        "stripped": f"{right.rpartition('.')[0]}.",
        "zeros": f"{right.rpartition('.')[0]}.{encoded(bytes(64))}",
        "two-parts": right.rpartition(".")[0],
        "five-parts": f"{right}.AA.AA",
        "stranger": entry_point.made(key=stranger),
        "jku": entry_point.made({"jku": address}, key=stranger),
        "x5u": entry_point.made({"x5u": address}, key=stranger),
        "crit": entry_point.made({"crit": ["tx_id"], "tx_id": "1"}),
        "crit-b64": entry_point.made({"crit": ["b64"], "b64": True}),
        "crit-without-its-member": entry_point.made({"crit": ["tx_id"]}),
        "crit-is-a-text": entry_point.made({"crit": "typ"}),
        "array": entry_point.made(body=b"[1]"),
        "text": entry_point.made(body=b'"x"'),
        "no-json": entry_point.made(body=b"{"),
        "deep": entry_point.made(body=b"[" * 3000),
        "deep-header": signed(b'{"alg":"ES256","x":' + b"[" * 3000, body.encode(), entry_point.key),
        "header-is-a-list": signed([1], body.encode(), entry_point.key),
        "long": entry_point.made(padding="A" * 100_000),
        "not-base64": "é.é.é",
        **{f"typ-{wrong}": entry_point.made({"typ": wrong}) for wrong in wrong_types(entry_point)},
        **{
            f"wrong-{name}": entry_point.made(**{name: value})
            for name, value in wrong_audiences(entry_point).items()
        },
    }
    if entry_point.kind != "proof":
        # In a proof the header's key is the right one to look at (RFC 9449 §4.2).
        made["jwk"] = entry_point.made({"jwk": their}, key=stranger)
    if entry_point.kind in ("request", "assertion"):
        made["surrogate"] = entry_point.made(client_id="\ud800", sub="\ud800", iss="\ud800")
        made["surrogate-none"] = f"{encoded({'alg': 'none'})}.{encoded({'sub': chr(0xD800)})}."
    for name, known in {
        "their": json.dumps(entry_point.key.as_dict(private=False)).encode(),
        "pem": entry_point.key.as_pem(private=False),
        "our": entry_point.party.app.test_client().get("/jwks.json").data,
        "empty": b"",
    }.items():
        text = f"{encoded({**entry_point.header(), 'alg': 'HS256'})}.{body}"
        made[f"hs256-{name}"] = f"{text}.{encoded(hmac.digest(known, text.encode(), 'sha256'))}"
    return made


def harmless(entry_point: EntryPoint, address: str) -> dict[str, str]:
    """Name → token with a good signature. It may be accepted or not, but the URLs in its header must not be fetched."""
    stranger = new_key("another").as_dict(private=False)
    return {
        "jku": entry_point.made({"jku": address}),
        "x5u": entry_point.made({"x5u": address}),
        "x5c": entry_point.made({"x5c": ["AAAA"]}),
        **({} if entry_point.kind == "proof" else {"jwk": entry_point.made({"jwk": stranger})}),
        "kid-elsewhere": entry_point.made({"kid": "../../dev/null"}),
        "kid-is-a-list": entry_point.made({"kid": ["the-key"]}),
        "deep": entry_point.made(deep=json.loads("[" * 400 + "]" * 400)),
        "surrogate": entry_point.made(unheard_of="\ud800"),
        "surrogate-jti": entry_point.made(jti="\ud800"),
        "surrogate-header": entry_point.made({"kid": "\ud800", "typ": "\ud800"}),
    }


@pytest.fixture
def listener() -> Iterator[tuple[str, list[Any]]]:
    """An address for headers to name, and the connections that it receives."""
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


MakeEntryPoint = Callable[[str], EntryPoint]


@pytest.fixture
def entry_point(make_client: MakeClient) -> MakeEntryPoint:
    grants = ["authorization_code", "refresh_token", DEVICE_CODE]
    party = make_client(None, grant_types=grants, access_token_format="jwt")

    def tokens(dpop: dict[str, Any] | None) -> dict[str, Any]:
        code = answered(party.browser.get("/authorize", query_string=party.parameters()))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        return dict(party.calls("/token", {**form, "code_verifier": VERIFIER}, dpop).get_json())

    bound, plain = tokens({}), tokens(None)
    return lambda name: EntryPoint(name, party, bound, plain)


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_every_forgery_is_refused(
    entry_point: MakeEntryPoint, listener: tuple[str, list[Any]], name: str
) -> None:
    here, (address, seen) = entry_point(name), listener
    answers = {forgery: here.says(token) for forgery, token in forgeries(here, address).items()}
    assert {forgery: answer for forgery, answer in answers.items() if answer not in ENTRY_POINTS[name]} == {}
    assert seen == [], "nothing that a header names is ever fetched"


def test_every_entry_point_accepts_a_valid_jwt(entry_point: MakeEntryPoint) -> None:
    """The counter-check of the refusals above. Unknown header members are ignored (RFC 7515 §4)."""
    for name in ENTRY_POINTS:
        here = entry_point(name)
        assert here.says(here.right()) == OPEN, name
        if here.kind in ("request", "assertion", "proof"):
            assert here.says(here.right(tx_id="1")) == OPEN, name


def test_a_header_names_no_key(entry_point: MakeEntryPoint, listener: tuple[str, list[Any]]) -> None:
    address, seen = listener
    for name in ENTRY_POINTS:
        here = entry_point(name)
        answers = {odd: here.says(token) for odd, token in harmless(here, address).items()}
        assert {
            odd: answer for odd, answer in answers.items() if answer not in {OPEN, *ENTRY_POINTS[name]}
        } == {}, name
    assert seen == []


@pytest.mark.parametrize("name", ["request at /authorize", "request at /par"])
def test_a_lone_surrogate_in_a_request_object_is_refused(entry_point: MakeEntryPoint, name: str) -> None:
    """A lone surrogate is valid in JSON, but cannot be encoded in a page, URL or database."""
    here = entry_point(name)
    for parameter in (*here.party.parameters(), "login_hint", "ui_locales", "acr_values", "claims"):
        assert here.says(here.made(**{parameter: "\ud800"})) != OPEN, parameter


class TestAnotherKindOfToken:
    def test_an_assertion_is_no_request_object(self, entry_point: MakeEntryPoint) -> None:
        here = entry_point("request at /authorize")
        token = here.party.assertion(client_id=here.party.client_id, response_type="code", scope="openid")
        assert here.says(token) == "invalid_request_object"

    def test_a_request_object_is_no_assertion(self, entry_point: MakeEntryPoint) -> None:
        for name in ASSERTIONS:
            here = entry_point(name)
            assert here.says(here.party.request_object()) == "invalid_client"

    def test_our_own_tokens_are_neither(self, entry_point: MakeEntryPoint) -> None:
        request, assertion = entry_point("request at /authorize"), entry_point("assertion at /token")
        for token in (request.plain["id_token"], request.plain["access_token"]):
            assert request.says(token) == "invalid_request_object"
            assert assertion.says(token) == "invalid_client"

    def test_an_id_token_is_no_access_token_and_the_reverse(self, entry_point: MakeEntryPoint) -> None:
        bearer, hint = entry_point("bearer at /userinfo"), entry_point("hint at /authorize")
        assert bearer.says(bearer.plain["id_token"]) == "invalid_token"
        assert hint.says(hint.plain["access_token"]) == "invalid_request"

    @pytest.mark.parametrize("name", ["hint at /authorize", "hint at /logout"])
    def test_a_logout_token_is_no_hint(self, entry_point: MakeEntryPoint, name: str) -> None:
        here = entry_point(name)
        known = registry.find(here.party.client_id)
        assert known is not None
        answers = here.says(logout_token(known, "0" * 32, "somebody", here.party.clock()))
        assert answers in ENTRY_POINTS[name]

    def test_a_proof_is_no_assertion(self, entry_point: MakeEntryPoint) -> None:
        here = entry_point("assertion at /token")
        assert here.says(here.party.proof("/token")) == "invalid_client"
