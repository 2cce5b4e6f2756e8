"""An app without a browser (RFC 8628)."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from tests.actors.relying_party import RelyingParty

APP = {
    "client_name": "Pronote sur le téléphone",
    "token_endpoint_auth_method": "none",
    "grant_types": [DEVICE_CODE, "refresh_token"],
    "redirect_uris": None,
    "post_logout_redirect_uris": None,
    "client_uri": "https://pronote.example",
    "scope": "openid profile offline_access",
    "service_claims": None,
}


class Device:
    """An app that shows a code and asks whether its person has agreed."""

    def __init__(self, party: RelyingParty) -> None:
        self.party = party
        self.http: FlaskClient = party.app.test_client()
        self.shown: dict[str, str] = {}

    def begins(self, **more: str) -> "Device":
        form = {"client_id": self.party.client_id, "scope": "openid profile offline_access", **more}
        response = self.http.post("/device_authorization", data=form)
        assert response.status_code == 200, response.text
        self.shown = response.get_json()
        return self

    def asks(self, **changes: str) -> TestResponse:
        form = {
            "grant_type": DEVICE_CODE,
            "device_code": self.shown["device_code"],
            "client_id": self.party.client_id,
            **changes,
        }
        return self.http.post("/token", data=form)

    def poll_error(self, **changes: str) -> str:
        response = self.asks(**changes)
        assert response.status_code == 400, response.text
        return str(response.get_json()["error"])
