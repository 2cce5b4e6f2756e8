"""Authlib's authorization server with our grants, endpoints and client authentication."""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from flask import Flask, Request, Response, current_app
from flask import request as http

from idp.observability.requests import note_outcome
from idp.oidc.authorization.device_grant import DeviceAuthorization, DeviceGrant
from idp.oidc.authorization.pushed_requests import PushedAuthorization
from idp.oidc.clients import authentication, registry
from idp.oidc.clients.registry import Client
from idp.oidc.end_session import EndSession
from idp.oidc.tokens import access_tokens, code_grant, refresh_grant
from idp.oidc.tokens.revocation import Revocation
from idp.runtime.context import application, incoming, now, settings
from idp.web.application import PlainResponse

JSON_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]


_json = json.JSONEncoder().encode


class SlimRequest(OAuth2Request):  # type: ignore[misc]
    """Authlib's request over a dictionary read once, instead of a proxy that merges query and form at each access.

    `now`: when the request arrived, epoch seconds. Authlib's hooks take the time from here, so that one request has one.
    """

    def __init__(self, form: dict[str, str], resources: tuple[str, ...], now: int) -> None:
        request = incoming()
        assert request is not None
        self.now = now
        self.method = request.method
        self.uri = request.path
        self.headers = request.headers
        self.authorization: str | None = request.environ.get("HTTP_AUTHORIZATION")
        self.resources = resources
        self.issue: access_tokens.Issue | None = None
        self._form = form
        self.client = self.user = self.auth_method = self.credential = None
        self.authorization_code = self.refresh_token = self._scope = None

    @cached_property
    def payload(self) -> BasicOAuth2Payload:
        return BasicOAuth2Payload(self._form)

    @property
    def form(self) -> dict[str, str]:
        return self._form


Answer = tuple[int, Any, Sequence[tuple[str, str]]]
"""Status, body (a dictionary or a text) and headers."""
GRANTS = {"authorization_code": code_grant.answer, "refresh_token": refresh_grant.answer}
"""Grants that are conducted here: Authlib's conducting costs a fifth of a token request (docs/authlib.md)."""


class Provider(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server for /token, /par, /device_authorization, /revoke and /logout; /introspect and /userinfo are conducted here."""

    def __init__(self) -> None:
        super().__init__(query_client=registry.active)
        self.register_token_generator("default", access_tokens.generate_for_authlib)
        self.register_grant(DeviceGrant)
        for endpoint in (
            Revocation,
            EndSession,
            PushedAuthorization,
            DeviceAuthorization,
        ):
            self.register_endpoint(endpoint)

    def create_token_response(self, request: Any = None) -> Response:
        request = self.create_oauth2_request(request)
        answer = GRANTS.get(request.form["grant_type"])
        if answer is None:
            return super().create_token_response(request)  # type: ignore[no-any-return]
        return self.conduct(lambda request: (200, answer(request), ()), request)

    def conduct(
        self, answer: Callable[[SlimRequest], Answer], request: SlimRequest | None = None
    ) -> Response:
        """The response of an endpoint of our own: `answer` gives status, body and headers, or raises OAuth2Error."""
        request = self.create_oauth2_request(request)
        try:
            return self.handle_response(*answer(request))
        except OAuth2Error as error:
            return self.handle_error_response(request, error)

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request if isinstance(request, OAuth2Request) else SlimRequest(*parameters(), now())

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> Client:
        return authentication.authenticate(request)

    def handle_response(self, status_code: int, payload: Any, headers: Any) -> Response:
        if isinstance(payload, dict):
            challenges = [header for header in headers if header[0] in ("WWW-Authenticate", "Retry-After")]
            return PlainResponse(_json(payload).encode(), status_code, [*JSON_HEADERS, *challenges])
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


def parameters() -> tuple[dict[str, str], tuple[str, ...]]:
    """The form of a machine endpoint's request: each parameter once, and the `resource` parameters (RFC 6749 §3.2, RFC 8707 §2).

    The query is ignored: a secret in a URL would end in logs. Raises InvalidRequestError, RequestEntityTooLarge.
    """
    request = incoming()
    assert request is not None
    cached: tuple[dict[str, str], tuple[str, ...]] | None = request.environ.get("idp.parameters")
    if cached is not None:
        return cached
    form: dict[str, str] = {}
    resources: dict[str, None] = {}
    names: set[str] = set()
    for name, value in _pairs(request):
        if name == "resource":
            if value:
                resources[value] = None
            continue
        if name in names:
            raise InvalidRequestError("A parameter is included more than once.")
        names.add(name)
        # RFC 6749 §3.1: a parameter without a value is treated as omitted.
        if value != "":
            form[name] = value
    request.environ["idp.parameters"] = form, tuple(resources)
    return form, tuple(resources)


def _pairs(request: Request) -> list[tuple[str, str]]:
    """The form's pairs, read as Werkzeug reads them; an encoding other than this form's has none."""
    if request.mimetype == "multipart/form-data":
        raise InvalidRequestError("The body must be application/x-www-form-urlencoded.")
    if request.mimetype != "application/x-www-form-urlencoded":
        return []
    if "form" in vars(request):
        # It was parsed before, and the body cannot be read again.
        return list(request.form.items(multi=True))
    body = request.get_data().decode(errors="replace")
    return parse_qsl(body, keep_blank_values=True, errors="werkzeug.url_quote")


def init_server(app: Flask) -> None:
    """One server per application, never at module level, so that several applications can run in one process."""
    app.extensions["provider"] = Provider()


def provider() -> Provider:
    server: Provider = application().extensions["provider"]
    return server
