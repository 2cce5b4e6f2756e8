"""Authlib's authorization server with our grants, endpoints and client authentication."""

import json
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from flask import Flask, Response, current_app
from flask import request as http

from idp.observability.requests import note_outcome
from idp.oidc.authorization.device_grant import DeviceAuthorization, DeviceGrant
from idp.oidc.authorization.pushed_requests import PushedAuthorization
from idp.oidc.clients import authentication, registry
from idp.oidc.clients.registry import Client
from idp.oidc.end_session import EndSession
from idp.oidc.tokens import access_tokens
from idp.oidc.tokens.code_grant import CodeGrant, IDTokenForCode, ProofKey
from idp.oidc.tokens.introspection import Introspection
from idp.oidc.tokens.refresh_grant import IDTokenForRefresh, RefreshGrant
from idp.oidc.tokens.revocation import Revocation
from idp.oidc.tokens.userinfo import UserInfo
from idp.runtime.context import now, settings

JSON_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]


class SlimRequest(OAuth2Request):  # type: ignore[misc]
    """Authlib's request over a dictionary read once, instead of a proxy that merges query and form at each access.

    `now`: when the request arrived, epoch seconds. Authlib's hooks take the time from here, so that one request has one.
    """

    def __init__(self, form: dict[str, str], now: int) -> None:
        self.now = now
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
    """Authlib's server for /token, /par, /device_authorization, /revoke, /introspect, /userinfo and /logout."""

    def __init__(self) -> None:
        super().__init__(query_client=registry.active)
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
        return request if isinstance(request, OAuth2Request) else SlimRequest(single_values(), now())

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> Client:
        return authentication.authenticate(request)

    def handle_response(self, status_code: int, payload: Any, headers: Any) -> Response:
        if isinstance(payload, dict):
            challenges = [header for header in headers if header[0] in ("WWW-Authenticate", "Retry-After")]
            return Response(json.dumps(payload), status_code, [*JSON_HEADERS, *challenges])
        return Response(payload, status_code, [*headers, ("Cache-Control", "no-store")])

    def handle_error_response(self, request: OAuth2Request, error: Any) -> Response:
        """RFC 6749 §5.2. The reason goes to the log; the description never echoes input."""
        status, body, headers = error()
        note_outcome(str(error.error))
        current_app.logger.info("%s refused: %s", http.path, error)
        response = self.handle_response(status, dict(body) if isinstance(body, list) else body, headers)
        if status == 401 and "WWW-Authenticate" not in response.headers:
            response.headers["WWW-Authenticate"] = f'Basic realm="{settings().server.issuer}"'
        return response

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Signals are not used."""


def single_values() -> dict[str, str]:
    """The form of a machine endpoint's request, each parameter once (RFC 6749 §3.2; `resource` apart). Raises InvalidRequestError.

    The query is ignored: a secret in a URL would end in logs.
    """
    if http.mimetype == "multipart/form-data":
        raise InvalidRequestError("The body must be application/x-www-form-urlencoded.")
    form: dict[str, str] = {}
    for name, values in http.form.lists():
        if name == "resource":
            continue
        if len(values) > 1:
            raise InvalidRequestError("A parameter is included more than once.")
        # RFC 6749 §3.1: a parameter without a value is treated as omitted.
        if values[0] != "":
            form[name] = values[0]
    return form


def init_server(app: Flask) -> None:
    """One server per application, never at module level, so that several applications can run in one process."""
    app.extensions["provider"] = Provider()


def provider() -> Provider:
    server: Provider = current_app.extensions["provider"]
    return server
