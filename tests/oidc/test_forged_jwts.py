"""One kit of forged JWTs against every door that takes one: request objects, assertions, hints, proofs, bearer tokens.

CVE-2026-28802, -27962, 2025-59420, -28498: alg none, a key from the header, unknown `crit`, another kind of token. A
forgery that is about something else than its signature has a good one: so the refusal is shown to be that thing's.
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

from idp.oidc import clients, initial_tokens, signing
from idp.oidc.logout_notices import logout_token
from idp.oidc.rules.client_metadata import DEVICE_CODE
from tests.conformance.fapi_client import ASSERTION_TYPE, ISSUER, FapiClient, answered, new_key, payload
from tests.conformance.fapi_fixtures import MakeClient, client, make_client, signer
from tests.oidc.flow import REDIRECT, VERIFIER

__all__ = ["client", "make_client", "signer"]

OPEN, NO_WAY_BACK = "open", "a page without a way back"
ASSERTIONS = [f"assertion at {path}" for path in ("/token", "/par", "/revoke", "/introspect")]
DOORS: dict[str, set[str]] = {
    "request at /authorize": {"invalid_request_object", "request_not_supported"},
    "request at /par": {"invalid_request_object"},
    **{name: {"invalid_client"} for name in [*ASSERTIONS, "assertion at /device_authorization"]},
    "hint at /authorize": {"invalid_request"},
    "hint at /logout": {NO_WAY_BACK},
    **{f"proof at {path}": {"invalid_dpop_proof"} for path in ("/token", "/par", "/userinfo")},
    "bearer at /userinfo": {"invalid_token"},
    "bearer at /register": {"invalid_token"},
}
"""Where a JWT comes in → what a forgery is told there."""
TYPES = {"request": "oauth-authz-req+jwt", "proof": "dpop+jwt", "bearer": "at+jwt"}


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(header: Any, body: bytes, key: Any) -> str:
    """A JWS with any header and any payload, put together by hand as no library would."""
    text = f"{encoded(header)}.{encoded(body)}"
    return f"{text}.{encoded(JWSRegistry.algorithms['ES256'].sign(text.encode(), key))}"


@dataclass
class Door:
    """One place of DOORS, and what is right there for `party`. `bound` tokens need a proof of its DPoP key, `plain` none."""

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
        """Whose signature counts here; hints and bearer tokens are this provider's own."""
        if self.kind in ("hint", "bearer"):
            return signing.keyring().signing_key("ES256")[1]
        return self.party.dpop_key if self.kind == "proof" else self.party.key

    def header(self) -> dict[str, Any]:
        said = {"alg": "ES256", "typ": TYPES.get(self.kind, "JWT")}
        if self.kind == "proof":
            return {**said, "jwk": self.key.as_dict(private=False)}
        ours = self.kind in ("hint", "bearer")
        return {**said, "kid": signing.keyring().signing_key("ES256")[0] if ours else self.party.key.kid}

    def claims(self) -> dict[str, Any]:
        """New ones each time: nothing is refused because it was seen before."""
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
        """What is right here, with these changes and then signed: by the right key if no other is given."""
        text = json.dumps({**self.claims(), **claims}).encode() if body is None else body
        return signed({**self.header(), **(header or {})}, text, key or self.key)

    def right(self, **header: Any) -> str:
        """What opens. Bearer tokens are looked up: of those only what was given out does."""
        if self.path == "/register":
            return initial_tokens.make("Éditeur Tilleul", 1, 1, "test", self.party.clock())
        return self.plain["access_token"] if self.kind == "bearer" else self.made(header)

    def says(self, token: str) -> str:
        """OPEN, or the error; an accident is neither."""
        response = self._send(token)
        if self.path == "/logout":
            assert response.status_code in (200, 303), response.status
            return NO_WAY_BACK if "Location" not in response.headers else OPEN
        if response.status_code == 303:
            found = answered(response)
            return OPEN if "code" in found else found["error"]
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


def wrong_types(door: Door) -> set[str]:
    """The types of all other kinds of JWT that there are here."""
    return {*TYPES.values(), "logout+jwt", "secevent+jwt"} - {door.header()["typ"]}


def wrong_audiences(door: Door) -> dict[str, Any]:
    """Each claim that says where a JWT is for, with another place."""
    elsewhere = "https://other.example"
    return {"htu": f"{elsewhere}{door.path}", "htm": "PUT"} if door.kind == "proof" else {"aud": elsewhere}


def forgeries(door: Door, address: str) -> dict[str, str]:
    """Name → token. None may open anything."""
    right, stranger = door.made(), new_key("the-key")
    body, typ, their = right.split(".")[1], door.header()["typ"], stranger.as_dict(private=False)
    made = {
        **{
            f"none-{alg}": f"{encoded({'alg': alg, 'typ': typ})}.{body}."
            for alg in ("none", "None", "nOnE", "NONE", "")
        },
        "none-signed": door.made({"alg": "none"}),
        "no-alg": signed({"typ": typ}, json.dumps(door.claims()).encode(), door.key),
        "another-alg": door.made({"alg": "RS256"}),
        "stripped": f"{right.rpartition('.')[0]}.",
        "zeros": f"{right.rpartition('.')[0]}.{encoded(bytes(64))}",
        "two-parts": right.rpartition(".")[0],
        "five-parts": f"{right}.AA.AA",
        "stranger": door.made(key=stranger),
        "jku": door.made({"jku": address}, key=stranger),
        "x5u": door.made({"x5u": address}, key=stranger),
        "crit": door.made({"crit": ["tx_id"], "tx_id": "1"}),
        "crit-b64": door.made({"crit": ["b64"], "b64": True}),
        "crit-without-its-member": door.made({"crit": ["tx_id"]}),
        "crit-is-a-text": door.made({"crit": "typ"}),
        "array": door.made(body=b"[1]"),
        "text": door.made(body=b'"x"'),
        "no-json": door.made(body=b"{"),
        "deep": door.made(body=b"[" * 3000),
        "deep-header": signed(b'{"alg":"ES256","x":' + b"[" * 3000, body.encode(), door.key),
        "header-is-a-list": signed([1], body.encode(), door.key),
        "long": door.made(padding="A" * 100_000),
        "not-base64": "é.é.é",
        **{f"typ-{wrong}": door.made({"typ": wrong}) for wrong in wrong_types(door)},
        **{f"wrong-{name}": door.made(**{name: value}) for name, value in wrong_audiences(door).items()},
    }
    if door.kind != "proof":
        # In a proof the header's key is the right one to look at (RFC 9449 §4.2).
        made["jwk"] = door.made({"jwk": their}, key=stranger)
    if door.kind in ("request", "assertion"):
        made["surrogate"] = door.made(client_id="\ud800", sub="\ud800", iss="\ud800")
        made["surrogate-none"] = f"{encoded({'alg': 'none'})}.{encoded({'sub': chr(0xD800)})}."
    for name, known in {
        "their": json.dumps(door.key.as_dict(private=False)).encode(),
        "pem": door.key.as_pem(private=False),
        "our": door.party.app.test_client().get("/jwks.json").data,
        "empty": b"",
    }.items():
        text = f"{encoded({**door.header(), 'alg': 'HS256'})}.{body}"
        made[f"hs256-{name}"] = f"{text}.{encoded(hmac.digest(known, text.encode(), 'sha256'))}"
    return made


def harmless(door: Door, address: str) -> dict[str, str]:
    """Name → token with a good signature. It may open or not: what its header names is not looked at."""
    stranger = new_key("another").as_dict(private=False)
    return {
        "jku": door.made({"jku": address}),
        "x5u": door.made({"x5u": address}),
        "x5c": door.made({"x5c": ["AAAA"]}),
        **({} if door.kind == "proof" else {"jwk": door.made({"jwk": stranger})}),
        "kid-elsewhere": door.made({"kid": "../../dev/null"}),
        "kid-is-a-list": door.made({"kid": ["the-key"]}),
        "deep": door.made(deep=json.loads("[" * 400 + "]" * 400)),
        "surrogate": door.made(unheard_of="\ud800"),
        "surrogate-jti": door.made(jti="\ud800"),
        "surrogate-header": door.made({"kid": "\ud800", "typ": "\ud800"}),
    }


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


MakeDoor = Callable[[str], Door]


@pytest.fixture
def door(make_client: MakeClient) -> MakeDoor:
    grants = ["authorization_code", "refresh_token", DEVICE_CODE]
    party = make_client(None, grant_types=grants, access_token_format="jwt")

    def tokens(dpop: dict[str, Any] | None) -> dict[str, Any]:
        code = answered(party.browser.get("/authorize", query_string=party.parameters()))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        return dict(party.calls("/token", {**form, "code_verifier": VERIFIER}, dpop).get_json())

    bound, plain = tokens({}), tokens(None)
    return lambda name: Door(name, party, bound, plain)


@pytest.mark.parametrize("name", DOORS)
def test_no_forgery_opens_a_door(door: MakeDoor, listener: tuple[str, list[Any]], name: str) -> None:
    here, (address, seen) = door(name), listener
    said = {forgery: here.says(token) for forgery, token in forgeries(here, address).items()}
    assert {forgery: answer for forgery, answer in said.items() if answer not in DOORS[name]} == {}
    assert seen == [], "nothing that a header names is ever fetched"


def test_every_door_opens_for_what_is_right(door: MakeDoor) -> None:
    """So a refusal above is the forgery's. Others may put into a header what nobody here knows (RFC 7515 §4)."""
    for name in DOORS:
        here = door(name)
        assert here.says(here.right()) == OPEN, name
        if here.kind in ("request", "assertion", "proof"):
            assert here.says(here.right(tx_id="1")) == OPEN, name


def test_a_header_names_no_key(door: MakeDoor, listener: tuple[str, list[Any]]) -> None:
    address, seen = listener
    for name in DOORS:
        here = door(name)
        said = {odd: here.says(token) for odd, token in harmless(here, address).items()}
        assert {odd: answer for odd, answer in said.items() if answer not in {OPEN, *DOORS[name]}} == {}, name
    assert seen == []


@pytest.mark.parametrize("name", ["request at /authorize", "request at /par"])
def test_a_request_object_holds_only_what_can_be_written(door: MakeDoor, name: str) -> None:
    """A lone surrogate is right in JSON and in no page, address or database."""
    here = door(name)
    for parameter in (*here.party.parameters(), "login_hint", "ui_locales", "acr_values", "claims"):
        assert here.says(here.made(**{parameter: "\ud800"})) != OPEN, parameter


class TestAnotherKindOfToken:
    def test_an_assertion_is_no_request_object(self, door: MakeDoor) -> None:
        here = door("request at /authorize")
        token = here.party.assertion(client_id=here.party.client_id, response_type="code", scope="openid")
        assert here.says(token) == "invalid_request_object"

    def test_a_request_object_is_no_assertion(self, door: MakeDoor) -> None:
        for name in ASSERTIONS:
            here = door(name)
            assert here.says(here.party.request_object()) == "invalid_client"

    def test_our_own_tokens_are_neither(self, door: MakeDoor) -> None:
        request, assertion = door("request at /authorize"), door("assertion at /token")
        for token in (request.plain["id_token"], request.plain["access_token"]):
            assert request.says(token) == "invalid_request_object"
            assert assertion.says(token) == "invalid_client"

    def test_an_id_token_is_no_access_token_and_the_reverse(self, door: MakeDoor) -> None:
        bearer, hint = door("bearer at /userinfo"), door("hint at /authorize")
        assert bearer.says(bearer.plain["id_token"]) == "invalid_token"
        assert hint.says(hint.plain["access_token"]) == "invalid_request"

    @pytest.mark.parametrize("name", ["hint at /authorize", "hint at /logout"])
    def test_a_logout_token_is_no_hint(self, door: MakeDoor, name: str) -> None:
        here = door(name)
        known = clients.find(here.party.client_id)
        assert known is not None
        said = here.says(logout_token(known, "0" * 32, "somebody", here.party.clock()))
        assert said in DOORS[name]

    def test_a_proof_is_no_assertion(self, door: MakeDoor) -> None:
        here = door("assertion at /token")
        assert here.says(here.party.proof("/token")) == "invalid_client"
