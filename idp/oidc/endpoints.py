"""The routes of the protocol."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp import deferred
from idp.durations import DAY
from idp.observability.requests import note_grant, note_outcome
from idp.oidc import discovery
from idp.oidc.authorization import authorize, responses
from idp.oidc.server import parameters, provider
from idp.oidc.tokens import dpop, introspection
from idp.oidc.tokens import userinfo as userinfo_endpoint
from idp.oidc.tokens.userinfo import without_credentials
from idp.refusals import ProtocolRefusal
from idp.runtime.context import now, settings
from idp.services.pages.sign_out import LONGEST_QUERY
from idp.signin import cookies
from idp.turns import line
from idp.turns import pages as turn_pages
from idp.web.application import Application, PlainResponse
from idp.web.compression import send_as_gzip
from idp.web.headers import EVERY_RESPONSE, add_headers

if TYPE_CHECKING:
    from idp.oidc import openapi
    from idp.oidc.clients import dynamic_registration, management
    from idp.oidc.logout import pages
else:
    openapi = deferred.module("idp.oidc.openapi")
    dynamic_registration = deferred.module("idp.oidc.clients.dynamic_registration")
    management = deferred.module("idp.oidc.clients.management")
    pages = deferred.module("idp.oidc.logout.pages")

blueprint = Blueprint("oidc", __name__)

OPEN_TO_PAGES = {"token", "revoke", "userinfo", "metadata", "jwks", "push"}
"""Single-page applications call these from any origin: no cookie is involved. Never the authorization endpoint."""

_ANY_ORIGIN = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate"),
)
_PREFLIGHT = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP"),
    ("Access-Control-Max-Age", str(DAY)),
)

FOR_MACHINES = {
    f"oidc.{name}"
    for name in (
        "begin",
        "token",
        "revoke",
        "introspect",
        "userinfo",
        "push",
        "metadata",
        "jwks",
        "description",
    )
}
"""No hook of pages or forms concerns these (idp/web/application.py)."""


def init_endpoints(app: Application) -> None:
    """Tell the application which endpoints are for machines, and what their responses always bear."""
    app.machine_endpoints |= FOR_MACHINES
    app.after_machine_request += [open_to_pages, add_headers, _refusal_as_gzip]
    app.after_plain_response.append(_with_nonce)
    for endpoint in FOR_MACHINES:
        cors = _ANY_ORIGIN if endpoint.removeprefix("oidc.") in OPEN_TO_PAGES else ()
        app.plain_headers[endpoint] = (*EVERY_RESPONSE, *cors)


def _refusal_as_gzip(response: Response) -> Response:
    """The page of a refusal at /authorize, which people read."""
    return send_as_gzip(response) if response.status_code >= 400 else response


@blueprint.get("/authorize")
def begin() -> BaseResponse:
    """OIDC Core §3.1.2.1: parameters in the query of a GET."""
    if line.is_open(now()) and (page := _held_in_line()) is not None:
        return page
    return authorize.begin(list(request.args.items(multi=True)), now())


def _held_in_line() -> Response | None:
    """The waiting page for a person without a session, before anything else of the request is looked at.

    The page comes back to the same URL. A request that may want an answer without a page (prompt=none, here or in a signed or
    pushed request) is read first; its person waits at the password form, if they are asked for one.
    """
    asked = request.args
    if cookies.session_token() is not None or "request" in asked or "request_uri" in asked:
        return None
    if "none" in asked.get("prompt", ""):
        return None
    g.ui_locales = tuple(asked.get("ui_locales", "")[:100].split())
    return turn_pages.hold()


@blueprint.post("/authorize")
def begin_by_form() -> BaseResponse:
    """The same with the parameters in a form.

    A browser sends no SameSite=Lax cookie with a cross-site POST. Without the cookie, a form that fits a URL is
    redirected to a GET, so that the cookie of a live session is sent.
    """
    pairs = list(request.form.items(multi=True))
    encoded = urlencode(pairs)
    if cookies.session_token() is None and len(encoded) <= LONGEST_QUERY:
        return redirect(f"{url_for('oidc.begin')}?{encoded}", 303)
    return authorize.begin(pairs, now())


@blueprint.post("/token")
def token() -> BaseResponse:
    form, _ = parameters()
    note_grant(form.get("grant_type"))
    if "grant_type" not in form:
        raise ProtocolRefusal("invalid_request", "grant_type is missing.")
    return provider().create_token_response()


@blueprint.post("/revoke")
def revoke() -> BaseResponse:
    return provider().create_endpoint_response("revocation")  # type: ignore[no-any-return]


@blueprint.post("/introspect")
def introspect() -> BaseResponse:
    return provider().conduct(lambda request: (200, introspection.answer(request), ()))


@blueprint.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> BaseResponse:
    if "HTTP_AUTHORIZATION" not in request.environ and "access_token" not in request.form:
        return provider().handle_response(*without_credentials())
    return provider().conduct(userinfo_endpoint.answer)


@blueprint.post("/par")
def push() -> BaseResponse:
    return provider().create_endpoint_response("pushed_authorization")  # type: ignore[no-any-return]


@blueprint.post("/device_authorization")
def device_authorization() -> BaseResponse:
    return provider().create_endpoint_response("device_authorization")  # type: ignore[no-any-return]


@blueprint.post("/register")
def register() -> Response:
    return dynamic_registration.answer(now())


@blueprint.route("/register/<client_id>", methods=["GET", "PUT", "DELETE"])
def configure(client_id: str) -> Response:
    return management.answer(client_id, now())


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server")
def metadata() -> Response:
    return _public(discovery.metadata_bytes(), settings().keys.jwks_cache)


@blueprint.get("/jwks.json")
def jwks() -> Response:
    return _public(discovery.jwks_bytes(now()), settings().keys.jwks_cache)


@blueprint.get("/openapi.json")
def description() -> Response:
    return _public(openapi.document_bytes(), settings().keys.jwks_cache)


@blueprint.route("/logout", methods=["GET", "POST"])
def end_session() -> BaseResponse | str:
    return pages.answer(now())


@blueprint.get("/check_session")
def check_session() -> Response:
    """The OP iframe that relying parties load (Session Management 1.0 §3.2)."""
    g.framed_by = "*"
    response = Response(render_template("oidc/check_session.html", cookie=cookies.state_name()))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _public(body: bytes, seconds: int) -> Response:
    cache_control = ("Cache-Control", f"public, max-age={seconds}")
    return PlainResponse(body, 200, [("Content-Type", "application/json"), cache_control])


@blueprint.after_request
def open_to_pages(response: Response) -> Response:
    """CORS and its preflight, for the endpoints that single-page applications call; a fresh DPoP nonce for DPoP clients."""
    if request.endpoint is not None and request.endpoint.removeprefix("oidc.") in OPEN_TO_PAGES:
        response.headers.update(_ANY_ORIGIN if request.method != "OPTIONS" else _PREFLIGHT)
    return _with_nonce(response)


def _with_nonce(response: Response) -> Response:
    """RFC 9449 §8.2: the client puts the fresh nonce into its next proof and saves a round trip."""
    if "HTTP_DPOP" in request.environ:
        response.headers["DPoP-Nonce"] = dpop.nonce(now())
    return response


@blueprint.app_errorhandler(ProtocolRefusal)
def refuse(refusal: ProtocolRefusal) -> Response:
    """Error handler: a redirect to the relying party if its redirect URI was checked, otherwise JSON."""
    note_outcome(refusal.error)
    if refusal.back_to is not None:
        return responses.send_error(refusal)
    response = jsonify({"error": refusal.error, "error_description": refusal.description})
    response.status_code = refusal.status
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.app_errorhandler(OAuth2Error)
def refuse_machine(error: OAuth2Error) -> Response:
    """Error handler: errors of Authlib that are raised outside its server."""
    return provider().handle_error_response(None, error)
