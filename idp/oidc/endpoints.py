"""Every route of the protocol, on one page."""

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from idp.context import now, settings
from idp.oidc import authorize, discovery, logout
from idp.oidc.server import provider, single_values
from idp.oidc.userinfo import without_credentials
from idp.refusals import ProtocolRefusal, Refusal
from idp.signin import cookies, visits

blueprint = Blueprint("oidc", __name__)

OPEN_TO_PAGES = {"Access-Control-Allow-Origin": "*"}
"""Single-page applications read these; no cookie is involved, so any origin may."""


@blueprint.route("/authorize", methods=["GET", "POST"])
def begin() -> BaseResponse:
    """OIDC Core §3.1.2.1: parameters in the query of a GET or the form of a POST."""
    source = request.form if request.method == "POST" else request.args
    return authorize.begin(list(source.items(multi=True)), now())


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


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server")
def metadata() -> Response:
    return _public(discovery.metadata_bytes(), settings().keys.jwks_cache)


@blueprint.get("/jwks.json")
def jwks() -> Response:
    return _public(discovery.jwks_bytes(), settings().keys.jwks_cache)


@blueprint.route("/logout", methods=["GET", "POST"])
def end_session() -> BaseResponse | str:
    """RP-Initiated Logout 1.0: one question to the person, then the way back if it was shown to be right."""
    source = request.form if request.method == "POST" else request.args
    asked = logout_request(source.to_dict(flat=True))
    session = visits.current(now())
    if session is not None and "confirm" not in request.form:
        return render_template(
            "logout_confirm.html", fields=list(source.items()), client=asked.client, session=session
        )
    if session is not None:
        logout.end(session, f"account:{session.account.id}", now())
    response: BaseResponse = (
        redirect(asked.redirect_uri, 303)
        if asked.redirect_uri
        else Response(render_template("signed_out.html", client=asked.client))
    )
    return cookies.clear_session(response)  # type: ignore[arg-type]


def _public(body: bytes, seconds: int) -> Response:
    headers = {"Cache-Control": f"public, max-age={seconds}", **OPEN_TO_PAGES}
    return Response(body, mimetype="application/json", headers=headers)
