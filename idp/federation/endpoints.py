"""Where an OpenID provider ends our sessions: Back-Channel Logout 1.0, from server to server."""

from flask import Blueprint, Response, jsonify, request

from idp.federation import notices
from idp.refusals import Refusal
from idp.runtime.context import now
from idp.web.application import Application

blueprint = Blueprint("federation_notices", __name__, url_prefix="/federation")

FOR_MACHINES = {"federation_notices.logout"}


def init_endpoints(app: Application) -> None:
    """Tell the application which endpoints are for machines."""
    app.machine_endpoints |= FOR_MACHINES


@blueprint.post("/<name>/logout")
def logout(name: str) -> Response:
    """A logout token: 200, or 400 if it is refused (§2.7, §2.8)."""
    try:
        notices.accept(name, request.form.get("logout_token", "")[: notices.LONGEST], now())
        response = Response(status=200)
    except Refusal as refusal:
        response = jsonify({"error": "invalid_request"})
        response.status_code = 502 if refusal.status == 502 else 400
    response.headers["Cache-Control"] = "no-store"
    return response
