"""Actors of the protocol tests: a signed-in browser, and a relying party without a client library."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.oidc.clients.registration import Registered
from idp.signin.authentication import sign_in
from tests.actors.world import Someone, World

VERIFIER = "a-code-verifier-of-more-than-43-characters-0123456789"
REDIRECT = "https://portail.example/cb"


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def answer(response: TestResponse) -> dict[str, str]:
    """The parameters of a redirect to the relying party."""
    assert response.status_code == 303, (response.status, response.text[:300])
    location = urlsplit(response.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == REDIRECT
    return dict(parse_qsl(location.query))


def dispatcher_of(response: TestResponse) -> str:
    """The address of the dispatcher of the login that `response` begins: each page of that login is below it."""
    begun = re.match("/login/[^/]+", response.headers["Location"])
    assert response.status_code == 303 and begun is not None, (response.status, response.headers)
    return begun.group()


@dataclass
class RelyingParty:
    """One registered client, with one browser."""

    app: Flask
    registered: Registered
    browser: FlaskClient
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return self.registered.client_id

    @property
    def credentials(self) -> dict[str, str]:
        return basic(self.client_id, self.registered.client_secret or "")

    def parameters(self, **changes: str | None) -> dict[str, str]:
        values: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "openid",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **self.asked,
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}

    def authorize(self, **changes: str | None) -> TestResponse:
        return self.browser.get("/authorize", query_string=self.parameters(**changes))

    def begins(self, **changes: str | None) -> str:
        """Begin a login; the address of its dispatcher."""
        return dispatcher_of(self.authorize(**changes))

    def code(self, **changes: str | None) -> str:
        return answer(self.authorize(**changes))["code"]

    def redeem(self, code: str, headers: dict[str, str] | None = None, **changes: str | None) -> TestResponse:
        values: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            **changes,
        }
        form = {name: value for name, value in values.items() if value is not None}
        return self.app.test_client().post("/token", data=form, headers=headers or self.credentials)

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        response = self.redeem(self.code(**changes))
        assert response.status_code == 200, response.text
        return dict(response.get_json())

    def refresh(self, refresh_token: str, **changes: str) -> TestResponse:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            **changes,
        }
        return self.app.test_client().post("/token", data=form, headers=self.credentials)

    def userinfo(self, access_token: str) -> TestResponse:
        return self.app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    def introspect(self, token: str) -> dict[str, Any]:
        response = self.app.test_client().post("/introspect", data={"token": token}, headers=self.credentials)
        assert response.status_code == 200, response.text
        return dict(response.get_json())

    def revoke(self, token: str) -> TestResponse:
        return self.app.test_client().post("/revoke", data={"token": token}, headers=self.credentials)


def signed_in_browser(world: World, someone: Someone) -> FlaskClient:
    """A browser with a live session."""
    browser = world.app.test_client()
    opened = sign_in(someone.username, someone.password, "192.0.2.7", "Test browser", world.clock())
    browser.set_cookie("idp_session", opened.token)
    return browser


def is_error_page(response: TestResponse, code: str) -> bool:
    """Asserts an error page with this code, without a redirect or link to an unregistered address."""
    return (
        response.mimetype == "text/html"
        and response.status_code >= 400
        and "Location" not in response.headers
        and code in response.text
    )
