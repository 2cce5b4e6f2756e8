"""Authlib's authorization server, put together: what is registered here is what is served and what discovery says."""

import json
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from flask import Flask, Response, current_app
from flask import request as http

from idp.context import settings
from idp.oidc import access_tokens, client_authentication, clients
from idp.oidc.clients import Client
from idp.oidc.code_grant import CodeGrant, IDTokenForCode, ProofKey
from idp.oidc.device_grant import DeviceAuthorization, DeviceGrant
from idp.oidc.end_session import EndSession
from idp.oidc.introspection import Introspection
from idp.oidc.pushed_requests import PushedAuthorization
from idp.oidc.refresh_grant import IDTokenForRefresh, RefreshGrant
from idp.oidc.revocation import Revocation
from idp.oidc.userinfo import UserInfo

JSON_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]


class SlimRequest(OAuth2Request):  # type: ignore[misc]
    """Authlib's request over a dictionary read once, instead of a proxy that merges query and form at each look."""

    def __init__(self, form: dict[str, str]) -> None:
        self.method = http.method
        self.uri = http.path
        self.headers = http.headers
        self.payload = BasicOAuth2Payload(form)
        self.resources = tuple(dict.fromkeys(value for value in http.form.getlist("resource") if value))
        self.issue: access_tokens.Issue | None = None
        self._form = form
        self.client = self.user = self.auth_method = self.credential = None
        self.authorization_code = self.refresh_token = self._scope = None

    @property
    def form(self) -> dict[str, str]:
        return self._form


class Provider(AuthorizationServer):  # type: ignore[misc]
    """The conductor of /token, /par, /device_authorization, /revoke, /introspect, /userinfo and /logout."""

    def __init__(self) -> None:
        super().__init__(query_client=clients.active)
        self.register_token_generator("default", access_tokens.generate)
        self.register_grant(CodeGrant, [ProofKey(required=True), IDTokenForCode()])
        self.register_grant(RefreshGrant, [IDTokenForRefresh()])
        self.register_grant(DeviceGrant)
        for endpoint in (
            Revocation,
            Introspection,
            UserInfo(),
            EndSession,
            PushedAuthorization,
            DeviceAuthorization,
        ):
            self.register_endpoint(endpoint)

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request if isinstance(request, OAuth2Request) else SlimRequest(single_values())

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> Client:
        return client_authentication.authenticate(request)

    def handle_response(self, status_code: int, payload: Any, headers: Any) -> Response:
        if isinstance(payload, dict):
            challenges = [header for header in headers if header[0] == "WWW-Authenticate"]
            return Response(json.dumps(payload), status_code, [*JSON_HEADERS, *challenges])
        return Response(payload, status_code, [*headers, ("Cache-Control", "no-store")])

    def handle_error_response(self, request: OAuth2Request, error: Any) -> Response:
        """RFC 6749 §5.2. The log has what was wrong; the answer's description never echoes input."""
        status, body, headers = error()
        current_app.logger.info("%s refused: %s", http.path, error)
        response = self.handle_response(status, dict(body) if isinstance(body, list) else body, headers)
        if status == 401 and "WWW-Authenticate" not in response.headers:
            response.headers["WWW-Authenticate"] = f'Basic realm="{settings().server.issuer}"'
        return response

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


def single_values() -> dict[str, str]:
    """The form of a machine's request, each parameter once (RFC 6749 §3.2; `resource` apart). Raises InvalidRequestError.

    The query is never looked at: a secret in an address would stand in logs.
    """
    form: dict[str, str] = {}
    for name, values in http.form.lists():
        if name == "resource":
            continue
        if len(values) > 1:
            raise InvalidRequestError("A parameter is included more than once.")
        # RFC 6749 §3.1: a parameter without a value is treated as if it were not there.
        if values[0] != "":
            form[name] = values[0]
    return form


def init_server(app: Flask) -> None:
    """One server an application; never at module level, so that two can live in one process."""
    app.extensions["provider"] = Provider()


def provider() -> Provider:
    found: Provider = current_app.extensions["provider"]
    return found
