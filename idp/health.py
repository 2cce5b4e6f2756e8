"""What a supervisor or load balancer asks: is the process alive, and can it serve."""

from flask import Blueprint, Response, jsonify

from idp.database import generation

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """Never touches the database."""
    return jsonify({"status": "live"})


@blueprint.get("/ready")
@blueprint.get("/startup")
def ready() -> Response:
    """503 through the door while the database cannot be reached or has not been migrated."""
    generation()
    return jsonify({"status": "ready"})
