"""Excessive input at every machine endpoint and the logout (CVE-2026-4634): 4xx at once, in the right form.

Each parameter in turn, in a request that is otherwise right: a megabyte, ten thousand words, JSON ten thousand deep, a
parameter twice.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.oidc.clients import initial_tokens
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from idp.oidc.openapi import FORM, registration_schema
from tests.actors.relying_party import REDIRECT, VERIFIER, RelyingParty, answer, signed_in_browser
from tests.actors.world import World
from tests.conftest import NOON
from tests.databases import lent
from tests.fuzz.parameters import NAMES

TOO_MUCH = {
    "a megabyte": "x" * 1_000_000,
    "as much as is read": "x" * 200_000,
    "words": "w " * 10_000,
    "deep": "[" * 10_000,
}
OF_THE_CLIENT = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
BYE = "https://portail.example/bye"


@pytest.fixture
def party(app: Flask, world: World) -> RelyingParty:
    members = {"grant_types": ["authorization_code", "refresh_token", DEVICE_CODE]}
    return RelyingParty(app, world.relying_party(**members), signed_in_browser(world, world.guardian()))


def requests(party: RelyingParty) -> dict[str, tuple[str, dict[str, str], tuple[str, ...]]]:
    """What is asked → where, by which form, and the parameters that mean something there."""
    tokens = party.tokens(scope="openid offline_access")
    device = party.app.test_client().post(
        "/device_authorization", data={"scope": "openid"}, headers=party.credentials
    )
    code = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    asked = {"grant_type": DEVICE_CODE, "device_code": device.get_json()["device_code"]}
    pushed = tuple(name for name in NAMES if name not in ("client_id", "unknown"))
    return {
        "a code": ("/token", {**code, "code": party.code()}, (*code, "code", "resource")),
        "a refresh": ("/token", refresh, (*refresh, "scope", "resource")),
        "a device": ("/token", asked, tuple(asked)),
        "a push": ("/par", party.parameters(), pushed),
        "another device": ("/device_authorization", {"scope": "openid"}, ("scope", "nonce", "resource")),
        "a person": ("/userinfo", {"access_token": tokens["access_token"]}, ("access_token",)),
    }


WHAT = ("a code", "a refresh", "a device", "a push", "another device", "a person")


def sent(party: RelyingParty, path: str, form: Any) -> TestResponse:
    headers = {} if path == "/userinfo" else party.credentials
    body = form if isinstance(form, str) else urlencode(form)
    return party.app.test_client().post(path, data=body, content_type=FORM, headers=headers)


def is_refused(response: TestResponse, *errors: str) -> bool:
    """JSON for a machine, with an error of the protocol's."""
    assert response.status_code < 500, response.text
    if response.status_code < 400:
        return False
    assert response.mimetype == "application/json" and response.headers["Cache-Control"] == "no-store"
    error = response.get_json()["error"]
    return error in errors if errors else isinstance(error, str) and error != "server_error"


@pytest.mark.parametrize("endpoint", WHAT)
def test_an_excessive_parameter_is_refused(party: RelyingParty, endpoint: str) -> None:
    path, form, names = requests(party)[endpoint]
    for name in names:
        for how, value in TOO_MUCH.items():
            assert is_refused(sent(party, path, {**form, name: value})), (name, how)
        # What no text holds may be right (a nonce is anything) or wrong; neither engine's answer is an accident.
        is_refused(sent(party, path, {**form, name: "a\0b\r\n\x7f"}))
    last = sent(party, path, form)
    assert last.status_code in (200, 201) or last.get_json()["error"] == "authorization_pending", last.text


@pytest.mark.parametrize("path", ["/par", "/authorize"])
def test_claims_that_are_too_deep_are_an_invalid_request(party: RelyingParty, path: str) -> None:
    """Each depth is refused by another part of what reads and writes JSON."""
    for depth in (300, 600, 939, 2000):
        deep = "[" * depth + "]" * depth
        for claims in (
            f'{{"id_token": {{"acr": {{"values": {deep}}}}}}}',
            f'{{"userinfo": {{"sub": {{"value": {deep}}}}}}}',
        ):
            form = party.parameters(claims=claims)
            if path == "/par":
                assert is_refused(sent(party, path, form), "invalid_request"), claims[:40]
            else:
                returned = answer(party.browser.post(path, data=form))
                assert returned["error"] == "invalid_request", claims[:40]


@pytest.mark.parametrize("path", ["/revoke", "/introspect"])
def test_an_excessive_token_is_unknown(party: RelyingParty, path: str) -> None:
    """RFC 7009 §2.2, RFC 7662 §2.2: not even a token that cannot be one is an error; a hint is only a hint."""
    for name in ("token", "token_type_hint"):
        for how, value in TOO_MUCH.items():
            response = sent(party, path, {"token": "x", name: value})
            if how == "a megabyte":
                assert response.status_code == 413 and is_refused(response)
            else:
                assert response.status_code == 200 and response.get_json() in ({}, {"active": False}), how


@pytest.mark.parametrize(
    "path", ["/token", "/par", "/device_authorization", "/revoke", "/introspect"], ids=lambda path: path[1:]
)
def test_excessive_credentials_are_refused(party: RelyingParty, path: str) -> None:
    party.registered = type(party.registered)(party.client_id, None, party.registered.metadata)
    form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x", **party.parameters()}
    http = party.app.test_client()
    for name in OF_THE_CLIENT:
        for how, value in TOO_MUCH.items():
            assert is_refused(http.post(path, data={**form, name: value})), (name, how)


@pytest.mark.parametrize(
    "path",
    ["/token", "/par", "/device_authorization", "/revoke", "/introspect", "/userinfo"],
    ids=lambda path: path[1:],
)
def test_every_parameter_twice_is_an_invalid_request(party: RelyingParty, path: str) -> None:
    described = party.app.test_client().get("/openapi.json").get_json()["paths"][path]["post"]
    known = described.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    names = {*known.get("properties", {}), *NAMES, "access_token", "token", "grant_type"} - {"resource"}
    token = party.tokens()["access_token"] if path == "/userinfo" else "x"
    for name in sorted(names):
        twice = urlencode([("access_token", token), (name, "x"), (name, "x")])
        assert is_refused(sent(party, path, twice), "invalid_request"), name


class TestRegistrations:
    RIGHT = {"client_name": "Cantine", "redirect_uris": ["https://cantine.example/cb"], "scope": "openid"}

    @pytest.fixture
    def database_url(self) -> Iterator[str]:
        """One engine will do: nothing of this reaches a database."""
        with lent("sqlite") as url:
            yield url

    def bodies(self) -> Iterator[tuple[str, str]]:
        """(what is wrong, the body)."""
        deep = "[" * 10_000 + "]" * 10_000
        for name in registration_schema():
            for how, value in {
                "long": "x" * 200_000,
                "words": ["w"] * 10_000,
                "objects": {f"w{number}": "w" for number in range(10_000)},
                "deep": json.loads("[" * 600 + "]" * 600),
                "half a character": "\ud800",
                "half characters": ["\udfff"],
                "number": 10**400,
            }.items():
                yield f"{name}: {how}", json.dumps({**self.RIGHT, name: value})
            yield f"{name}: deeper", f'{json.dumps(self.RIGHT)[:-1]}, "{name}": {deep}}}'
        for keys in ("[" * 600 + "]" * 600, '[{"kty":"EC","x":' + "[" * 600 + "]" * 600 + "}]"):
            yield "deep jwks", f'{json.dumps(self.RIGHT)[:-1]}, "jwks": {{"keys": {keys}}}}}'
        yield from (("deep alone", deep), ("open", "[" * 10_000), ("objects", '{"a":' * 10_000))
        yield "a member that nobody knows", f'{json.dumps(self.RIGHT)[:-1]}, "unheard_of": {deep}}}'
        yield "no JSON", "x" * 200_000

    def is_refused(self, response: TestResponse) -> bool:
        errors = ("invalid_client_metadata", "invalid_redirect_uri")
        return response.status_code == 400 and is_refused(response, *errors)

    def test_an_excessive_document_registers_nothing(self, app: Flask, world: World) -> None:
        token = initial_tokens.make("Éditeur Tilleul", 7, 1, "account:1", NOON)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        http = app.test_client()
        for wrong, body in self.bodies():
            assert self.is_refused(http.post("/register", data=body, headers=headers)), wrong
        large = http.post("/register", data="x" * 1_000_000, headers=headers)
        assert large.status_code == 413 and is_refused(large)
        made = http.post("/register", json=self.RIGHT, headers=headers)
        assert made.status_code == 201, "no fault has used the token"

    def test_an_excessive_document_replaces_nothing(self, app: Flask, world: World) -> None:
        token = initial_tokens.make("Éditeur Tilleul", 7, 1, "account:1", NOON)
        http, bearer = app.test_client(), {"Authorization": f"Bearer {token}"}
        made = http.post("/register", json=self.RIGHT, headers=bearer).get_json()
        path = f"/register/{made['client_id']}"
        headers = {
            "Authorization": f"Bearer {made['registration_access_token']}",
            "Content-Type": "application/json",
        }
        before = http.get(path, headers=headers).get_json()
        own = f'{{"client_id": "{made["client_id"]}", '
        for wrong, body in self.bodies():
            body = own + body[1:] if body.startswith('{"client_name"') else body
            assert self.is_refused(http.put(path, data=body, headers=headers)), wrong
        assert http.get(path, headers=headers).get_json() == before


class TestLogout:
    """The response is a page. Invalid parameters are ignored, and without hint or address there is no redirect (§4)."""

    @pytest.fixture
    def database_url(self) -> Iterator[str]:
        """One engine will do here too."""
        with lent("sqlite") as url:
            yield url

    def asked(self, party: RelyingParty) -> dict[str, str]:
        return {
            "id_token_hint": party.tokens()["id_token"],
            "post_logout_redirect_uri": BYE,
            "client_id": party.client_id,
            "state": "s",
        }

    def leads_to(self, party: RelyingParty, method: str, pairs: Any) -> str | None:
        """Where the browser is sent in the end; None: it is shown a page."""
        http, encoded = party.app.test_client(), urlencode(pairs)
        if method == "GET":
            response = http.get(f"/logout?{encoded}")
        else:
            response = http.post("/logout", data=encoded, content_type=FORM)
            if response.headers.get("Location", "").startswith("/logout"):
                # A form of another site, asked again as a GET.
                response = http.get(response.headers["Location"])
        assert response.status_code in (200, 303, 413) and response.mimetype == "text/html", response.status
        return response.headers.get("Location")

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_excessive_parameters_are_ignored(self, party: RelyingParty, method: str) -> None:
        asked = self.asked(party)
        assert self.leads_to(party, method, asked) == f"{BYE}?state=s"
        may_lead_to = {"client_id": {None, BYE, f"{BYE}?state=s"}, "state": {None, BYE}}
        for name in asked:
            for how, value in TOO_MUCH.items():
                where = self.leads_to(party, method, {**asked, name: value})
                assert where in may_lead_to.get(name, {None}), (name, how)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_repeated_parameter_is_ignored(self, party: RelyingParty, method: str) -> None:
        asked = self.asked(party)
        may_lead_to = {"client_id": {None, f"{BYE}?state=s"}, "state": {None, BYE}}
        for name, right in asked.items():
            for wrong in ("x", right):
                for pairs in ([*asked.items(), (name, wrong)], [(name, wrong), *asked.items()]):
                    where = self.leads_to(party, method, pairs)
                    assert where in may_lead_to.get(name, {None}), (name, wrong)
