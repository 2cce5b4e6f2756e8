"""3rd-party-initiated login OP: `initiate_login_uri` (OIDC Core §4)."""

import pytest
from flask import Flask

from tests.conformance import registrations
from tests.conformance.conftest import Register
from tests.conftest import Clock

START = "https://suite.example/start"


def test_3rd_party_init_login(register: Register) -> None:
    """Echoed at registration (RFC 7591 §3.2.1) and where the client reads it again (RFC 7592 §2.1)."""
    party = register(initiate_login_uri=START)
    assert party.registered["initiate_login_uri"] == START
    token, address = (party.registered[f"registration_{name}"] for name in ("access_token", "client_uri"))
    path = address.removeprefix("http://localhost")
    response = party.app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert "no-store" in response.headers["Cache-Control"]
    body = response.get_json()
    assert body["client_id"] == party.client_id and body["initiate_login_uri"] == START
    assert body["redirect_uris"] == party.registered["redirect_uris"]


@pytest.mark.settings(server={"issuer": "https://id.ecole.example", "mode": "production"})
@pytest.mark.parametrize("address", [START.replace("https:", "http:"), "http://localhost/start"])
def test_3rd_party_init_login_nohttps(app: Flask, clock: Clock, address: str) -> None:
    """OIDC Registration §2: it must be https, on one's own machine too, where a provider is in earnest."""
    response = registrations.registration(app, clock, initiate_login_uri=address)
    registrations.refused(response, "invalid_client_metadata")
    assert registrations.registration(app, clock, initiate_login_uri=START).status_code == 201
