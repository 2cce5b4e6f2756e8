"""Health checks for supervisors and load balancers: liveness and readiness."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app, jsonify

from idp.database.engine import try_writing
from idp.refusals import Refusal
from idp.refusals.general import UNAVAILABLE
from idp.runtime.context import now

blueprint = Blueprint("health", __name__, url_prefix="/health")


def init_health(app: Flask, why_not_ready: Callable[[int], str | None]) -> None:
    """Register the pages. `why_not_ready`: the reason why the application cannot serve at a time (epoch seconds), or None."""
    app.extensions["why_not_ready"] = why_not_ready
    app.register_blueprint(blueprint)


@blueprint.get("/live")
def live() -> Response:
    """Never touches the database."""
    return jsonify({"status": "live"})


@blueprint.get("/ready")
@blueprint.get("/startup")
def ready() -> Response:
    """503 while the database cannot be reached, has not been migrated or cannot be written to, or while no key can sign."""
    try_writing()
    if lost := current_app.extensions["why_not_ready"](now()):
        raise Refusal(UNAVAILABLE, lost)
    return jsonify({"status": "ready"})
