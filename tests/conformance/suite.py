"""The relying party of the conformance tests, and the person who signs in for it through the provider's own pages.

It registers itself (RFC 7591), sends requests as GET or POST, redeems codes and looks at all that it gets.
"""

import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Flask, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey as SigningKey
from werkzeug.test import TestResponse

from tests.actors.relying_party import basic
from tests.actors.visitor import Visitor
from tests.actors.world import Someone
from tests.conformance import checks
from tests.conftest import Clock, Serve
from tests.pages import forms_with

ISSUER = "http://localhost"
"""The issuer of the tests' settings."""

BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Watched(FlaskClient):
    """A browser that records every URL of its requests and redirects."""

    addresses: list[str]

    def open(self, *arguments: Any, **values: Any) -> TestResponse:
        response = super().open(*arguments, **values)
        self.addresses = [
            *getattr(self, "addresses", []),
            response.request.url,
            response.headers.get("Location", ""),
        ]
        return response


class Person(Visitor):
    """A person with a browser: fills in each page of a login, and returns the steps."""

    def __init__(self, app: Flask, someone: Someone) -> None:
        super().__init__(app, Watched(app, app.response_class, use_cookies=True))
        self.someone = someone

    @property
    def addresses(self) -> list[str]:
        """Every URL of the browser's requests and redirects."""
        assert isinstance(self.browser, Watched)
        return self.browser.addresses

    @property
    def step(self) -> str:
        """The step of the shown page, or an empty text."""
        on_a_page = self.status == 200 and forms_with(self.html, {"csrf_token"})
        return self.path.rpartition("/")[2] if on_a_page and self.path.startswith("/login/") else ""

    def arrives(self, parameters: dict[str, str], method: str = "GET") -> "Person":
        """At the provider, sent by a relying party."""
        self.browser.addresses = []  # type: ignore[attr-defined]
        if method == "GET":
            return self._arrive(self.browser.get("/authorize", query_string=parameters))  # type: ignore[return-value]
        return self._arrive(self.browser.post("/authorize", data=parameters))  # type: ignore[return-value]

    def goes_on(self) -> list[str]:
        """Complete every shown page; returns the steps in order."""
        shown: list[str] = []
        while step := self.step:
            assert step not in shown, f"{step} is shown again:\n{self.html}"
            shown.append(step)
            if step == "profile":
                self.fills(profile="responsable")
            elif step == "sign_in":
                self.fills(username=self.someone.username, password=self.someone.password)
            else:
                assert step == "consent", step
                self.fills(press="act=agree")
        return shown

    def logs_out(self, **asked: str) -> "Person":
        """Send a logout request, and confirm it."""
        self._arrive(self.browser.get("/logout", query_string=asked))
        return self.sees("Se déconnecter ?").fills(confirm="1")  # type: ignore[return-value]


@dataclass(frozen=True)
class Login:
    """One login that has passed every check. `shown`: the steps whose pages the person saw."""

    shown: list[str]
    answer: dict[str, str]
    tokens: dict[str, Any]
    claims: dict[str, Any]
    userinfo: dict[str, Any]


@dataclass
class RelyingParty:
    """One dynamically registered client. `key` signs its assertions and request objects."""

    app: Flask
    clock: Clock
    person: Person
    registered: dict[str, Any]
    mode: str | None = None
    key: SigningKey | None = None
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return str(self.registered["client_id"])

    @property
    def jwks(self) -> dict[str, Any]:
        return dict(self.app.test_client().get("/jwks.json").get_json())

    @property
    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return dict(self.app.test_client().get("/.well-known/openid-configuration").get_json())

    def parameters(self, **changes: str | None) -> dict[str, str]:
        values: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.registered["redirect_uris"][0],
            "response_type": "code",
            "scope": "openid",
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            "response_mode": self.mode,
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}

    def asks(self, method: str = "GET", **changes: str | None) -> list[str]:
        """Send the person with a request and complete the pages; returns the shown steps."""
        self.asked = self.parameters(**changes)
        return self.person.arrives(self.asked, method).goes_on()

    def answer(self) -> dict[str, str]:
        """The parameters at the callback, after checking `state` and `iss`."""
        page = self.person.page
        assert page is not None
        returned = checks.answer_of(page, self.asked["redirect_uri"], self.asked.get("response_mode"))
        assert returned.get("state") == self.asked.get("state")
        assert returned["iss"] == ISSUER  # RFC 9207 §2.
        if self.mode == "form_post":
            for address in self.person.addresses:
                assert "code=" not in address and "error=" not in address and "callback?" not in address
        return returned

    def gets(self, method: str = "GET", **changes: str | None) -> dict[str, str]:
        """Send a request; returns the parameters at the callback."""
        self.asks(method, **changes)
        return self.answer()

    def refused_on_a_page(self, method: str = "GET", **changes: str | None) -> None:
        """Send a request whose response must be an error page (RFC 6749 §4.1.2.1)."""
        assert self.asks(method, **changes) == []
        page = self.person.page
        assert page is not None and 400 <= page.status_code < 500 and page.mimetype == "text/html"
        assert "Location" not in page.headers and "Refresh" not in page.headers
        assert 'class="refusal"' in page.text and "suite.example/callback" not in page.text
        assert not [
            address for address in self.person.addresses if address.startswith("https://suite.example")
        ]

    def credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        """(headers, form) of this client's authentication."""
        way = self.registered["token_endpoint_auth_method"]
        if way == "client_secret_basic":
            return basic(self.client_id, self.registered["client_secret"]), {}
        if way == "client_secret_post":
            return {}, {"client_id": self.client_id, "client_secret": self.registered["client_secret"]}
        assert way == "private_key_jwt"
        return {}, {"client_assertion_type": BEARER_ASSERTION, "client_assertion": self.assertion()}

    def signed(self, claims: dict[str, Any], **header: str) -> str:
        """A JWT under this client's key, which the header names if it has a name."""
        assert self.key is not None
        named = {"kid": self.key.kid} if self.key.kid else {}
        return jwt.encode({"alg": "RS256", **named, **header}, claims, self.key)

    def assertion(self, audience: str = f"{ISSUER}/token") -> str:
        """OIDC Core §9: the seven claims of a client assertion."""
        now = self.clock()
        identity = {"iss": self.client_id, "sub": self.client_id, "jti": secrets.token_hex(16)}
        return self.signed({**identity, "aud": audience, "iat": now, "nbf": now, "exp": now + 60})

    def posts(self, form: dict[str, str]) -> TestResponse:
        """To the token endpoint."""
        headers, shown = self.credentials()
        return self.app.test_client().post("/token", data={**shown, **form}, headers=headers)

    def redeems(self, code: str, **changes: str) -> TestResponse:
        uri = self.asked["redirect_uri"]
        return self.posts({"grant_type": "authorization_code", "code": code, "redirect_uri": uri, **changes})

    def refreshes(self, refresh_token: str, **changes: str) -> TestResponse:
        return self.posts({"grant_type": "refresh_token", "refresh_token": refresh_token, **changes})

    def userinfo(self, access_token: str, method: str = "GET") -> TestResponse:
        """With the token in the header."""
        bearer = {"Authorization": f"Bearer {access_token}"}
        return self.app.test_client().open("/userinfo", method=method, headers=bearer)

    def id_token(self, tokens: dict[str, Any], nonce: str | None) -> dict[str, Any]:
        """The claims of an ID token that has passed every check."""
        alg = self.registered["id_token_signed_response_alg"]
        claims = checks.verified(tokens["id_token"], self.jwks, alg)
        checks.check_id_token(
            claims, ISSUER, self.client_id, nonce, tokens["access_token"], alg, self.clock()
        )
        assert claims.keys() <= checks.OF_THE_TOKEN | {"nonce"}, claims.keys()
        return claims

    def logs_in(
        self, method: str = "GET", also: frozenset[str] = frozenset(), **changes: str | None
    ) -> Login:
        """A whole login, from the request to userinfo, with every check. `also`: requested individual claims."""
        shown = self.asks(method, **changes)
        return self.receives(shown, also)

    def receives(
        self, shown: list[str], also: frozenset[str] = frozenset(), scope: str | None = None, **more: str
    ) -> Login:
        """The second half of a login: redeem the code."""
        returned = self.answer()
        tokens = checks.check_token_answer(self.redeems(returned["code"], **more))
        asked_scope = scope or self.asked["scope"]
        assert set(tokens.get("scope", asked_scope).split()) <= set(asked_scope.split())
        assert ("refresh_token" in tokens) == ("offline_access" in asked_scope.split())
        claims = self.id_token(tokens, self.asked.get("nonce"))
        response = self.userinfo(tokens["access_token"])
        assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
        info = dict(response.get_json())
        checks.check_userinfo(info, claims["sub"], asked_scope, also)
        return Login(shown, returned, tokens, claims, info)


@cache
def key(kid: str | None) -> SigningKey:
    """A signing key of the relying party; the same for the same `kid`, because generation is slow."""
    named = {} if kid is None else {"kid": kid}
    return SigningKey.generate_key(2048, {**named, "use": "sig", "alg": "RS256"}, private=True)  # type: ignore[arg-type]


def public(*keys: SigningKey) -> dict[str, Any]:
    """The public halves of keys, as a JWK set."""
    return {"keys": [each_key.as_dict(private=False) for each_key in keys]}


def key_set(*kids: str) -> dict[str, Any]:
    return public(*map(key, kids))


def unsigned(claims: dict[str, Any]) -> str:
    """A JWT of algorithm none (RFC 7519 §6.1)."""
    parts = [checks.encoded({"alg": "none"}), checks.encoded(claims)]
    return f"{'.'.join(parts)}."


class Own:
    """The relying party's own server, on loopback: `asked` are the paths that were read there."""

    def __init__(self, serve: Serve) -> None:
        self.documents: dict[str, str] = {}
        self.asked: list[str] = []
        app = Flask("own")
        app.add_url_rule("/<path:_>", view_func=self._read)
        self.address = serve(app)

    def puts(self, path: str, document: object) -> str:
        """Publish a document or text; returns its URL."""
        self.documents[path] = document if isinstance(document, str) else json.dumps(document)
        return self.address + path

    def _read(self, _: str) -> tuple[str, int, dict[str, str]]:
        self.asked.append(request.path)
        text = self.documents.get(request.path)
        return text or "", 200 if text else 404, {"Content-Type": "application/json"}
