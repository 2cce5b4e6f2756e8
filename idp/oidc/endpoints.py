"""Every route of the protocol, on one page."""

from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.context import now, settings
from idp.oidc import (
    answers,
    authorize,
    client_configuration,
    discovery,
    dpop,
    dynamic_registration,
    end_session_pages,
    openapi,
)
from idp.oidc.server import provider, single_values
from idp.oidc.userinfo import without_credentials
from idp.refusals import ProtocolRefusal
from idp.signin import cookies

blueprint = Blueprint("oidc", __name__)

OPEN_TO_PAGES = {"token", "revoke", "userinfo", "metadata", "jwks", "push"}
"""Single-page applications call these from any origin: no cookie is involved. Never the authorization endpoint."""


@blueprint.route("/authorize", methods=["GET", "POST"])
def begin() -> BaseResponse:
    """OIDC Core §3.1.2.1: parameters in the query of a GET or the form of a POST.

    A browser sends no SameSite=Lax cookie with a form of another site. Without one, a short form is asked again as a
    GET, which brings the session of somebody who is signed in.
    """
    if request.method == "GET":
        return authorize.begin(list(request.args.items(multi=True)), now())
    parameters = list(request.form.items(multi=True))
    encoded = urlencode(parameters)
    if cookies.session_token() is None and len(encoded) <= end_session_pages.LONGEST_QUERY:
        return redirect(f"{url_for('oidc.begin')}?{encoded}", 303)
    return authorize.begin(parameters, now())


@blueprint.get("/authorize/<pending_id>")
def resume(pending_id: str) -> BaseResponse:
    return authorize.resume(pending_id, now())


@blueprint.post("/token")
def token() -> BaseResponse:
    if "grant_type" not in single_values():
        raise ProtocolRefusal("invalid_request", "grant_type is missing.")
    return provider().create_token_response()  # type: ignore[no-any-return]


@blueprint.post("/revoke")
def revoke() -> BaseResponse:
    return provider().create_endpoint_response("revocation")  # type: ignore[no-any-return]


@blueprint.post("/introspect")
def introspect() -> BaseResponse:
    return provider().create_endpoint_response("introspection")  # type: ignore[no-any-return]


@blueprint.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> BaseResponse:
    if "Authorization" not in request.headers and "access_token" not in request.form:
        return provider().handle_response(*without_credentials())
    return provider().create_endpoint_response("userinfo")  # type: ignore[no-any-return]


@blueprint.post("/par")
def push() -> BaseResponse:
    return provider().create_endpoint_response("pushed_authorization")  # type: ignore[no-any-return]


@blueprint.post("/device_authorization")
def device_authorization() -> BaseResponse:
    return provider().create_endpoint_response("device_authorization")  # type: ignore[no-any-return]


@blueprint.post("/register")
def register() -> Response:
    return dynamic_registration.answer()


@blueprint.route("/register/<client_id>", methods=["GET", "PUT", "DELETE"])
def configure(client_id: str) -> Response:
    return client_configuration.answer(client_id)


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server")
def metadata() -> Response:
    return _public(discovery.metadata_bytes(), settings().keys.jwks_cache)


@blueprint.get("/jwks.json")
def jwks() -> Response:
    return _public(discovery.jwks_bytes(), settings().keys.jwks_cache)


@blueprint.get("/openapi.json")
def description() -> Response:
    return _public(openapi.document_bytes(), settings().keys.jwks_cache)


@blueprint.route("/logout", methods=["GET", "POST"])
def end_session() -> BaseResponse | str:
    return end_session_pages.answer()


@blueprint.get("/check_session")
def check_session() -> Response:
    """Session Management 1.0 §3.2: loaded by relying parties into a frame of theirs."""
    g.framed_by = "*"
    response = Response(render_template("oidc/check_session.html", cookie=cookies.state_name()))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _public(body: bytes, seconds: int) -> Response:
    return Response(
        body, mimetype="application/json", headers={"Cache-Control": f"public, max-age={seconds}"}
    )


@blueprint.after_request
def open_to_pages(response: Response) -> Response:
    """CORS, with its preflight, where a single-page application needs it."""
    if request.endpoint is not None and request.endpoint.removeprefix("oidc.") in OPEN_TO_PAGES:
        response.headers["Access-Control-Allow-Origin"] = "*"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
            response.headers["Access-Control-Max-Age"] = "86400"
        else:
            response.headers["Access-Control-Expose-Headers"] = "DPoP-Nonce, WWW-Authenticate"
    if "DPoP" in request.headers:
        # RFC 9449 §8.2: the next proof can bear it without asking.
        response.headers["DPoP-Nonce"] = dpop.nonce()
    return response


@blueprint.app_errorhandler(ProtocolRefusal)
def refuse(refusal: ProtocolRefusal) -> Response:
    """To the relying party: through the browser if its address was checked, else as JSON."""
    if refusal.back_to is not None:
        return answers.send_error(refusal)
    response = jsonify({"error": refusal.error, "error_description": refusal.description})
    response.status_code = refusal.status
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.app_errorhandler(OAuth2Error)
def refuse_machine(error: OAuth2Error) -> Response:
    """What Authlib's grants raise outside its own conductor."""
    return provider().handle_error_response(None, error)
