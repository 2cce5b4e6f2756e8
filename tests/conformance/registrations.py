"""Dynamic registration of the relying party (RFC 7591), and the response."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from idp.oidc.clients import initial_tokens
from tests.conformance import checks

CALLBACK = "https://suite.example/callback"
BYE = "https://suite.example/bye"


def registration(app: Flask, clock: Callable[[], int], **members: Any) -> TestResponse:
    """The answer to a registration with a fresh initial access token; None removes a default member."""
    with app.app_context():
        token = initial_tokens.make("Conformance", 1, 1, "test", clock())
    document = {
        "client_name": "Conformance suite",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [BYE],
        "contacts": ["certification@suite.example"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        **members,
    }
    document = {name: value for name, value in document.items() if value is not None}
    bearer = {"Authorization": f"Bearer {token}"}
    return app.test_client().post("/register", json=document, headers=bearer)


def registered(app: Flask, clock: Callable[[], int], **members: Any) -> dict[str, Any]:
    """The registration response (RFC 7591 §3.2.1)."""
    response = registration(app, clock, **members)
    assert (response.status_code, response.mimetype) == (201, "application/json"), response.text
    assert "no-store" in response.headers["Cache-Control"]
    body, issuer = dict(response.get_json()), app.extensions["settings"].server.issuer
    assert not {name for name, value in members.items() if value is not None and body.get(name) != value}
    assert body["registration_client_uri"] == f"{issuer}/register/{body['client_id']}"
    assert checks.bits(body["registration_access_token"]) >= 128
    if "client_secret" in body:
        assert type(body["client_secret_expires_at"]) is int and checks.bits(body["client_secret"]) >= 128
    return body


def refused(response: TestResponse, error: str) -> None:
    """A refused registration (RFC 7591 §3.2.2)."""
    assert (response.status_code, response.mimetype) == (400, "application/json"), response.text
    assert response.get_json()["error"] == error
