"""Health checks for supervisors and load balancers: liveness, readiness, and whether the start is complete (docs/observability.md)."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app, jsonify

from idp.database.engine import reading, try_writing
from idp.database.faults import UNREADABLE
from idp.database.revision import stored_revision, wanted_revision
from idp.refusals import Refusal
from idp.refusals.general import UNAVAILABLE
from idp.runtime.context import now

blueprint = Blueprint("health", __name__, url_prefix="/health")


def init_health(
    app: Flask, why_not_ready: Callable[[int], str | None], has_keys: Callable[[int], bool]
) -> None:
    """Register the pages.

    `why_not_ready`: the reason why the application cannot serve at a time (epoch seconds), or None. `has_keys`: whether
    a key is published at a time.
    """
    app.extensions["why_not_ready"] = why_not_ready
    app.extensions["has_keys"] = has_keys
    app.register_blueprint(blueprint)


@blueprint.get("/live")
def live() -> Response:
    """Never touches the database."""
    return jsonify({"status": "live"})


@blueprint.get("/ready")
def ready() -> Response:
    """503 while the database cannot be reached, has not been migrated or cannot be written to, or while no key can sign."""
    try_writing()
    if lost := current_app.extensions["why_not_ready"](now()):
        raise Refusal(UNAVAILABLE, lost)
    return jsonify({"status": "ready"})


@blueprint.get("/startup")
def startup() -> Response:
    """503, and what is missing, until the database is at this version's revision and signing keys exist."""
    expected = wanted_revision()
    try:
        stored = stored_revision(reading())
        has_keys = stored is not None and current_app.extensions["has_keys"](now())
    except UNREADABLE:
        return _startup(503, "waiting", "unreadable", expected, False)
    complete = stored == expected and has_keys
    return _startup(
        200 if complete else 503, "started" if complete else "waiting", stored, expected, has_keys
    )


def _startup(status: int, word: str, revision: str | None, expected: str, has_keys: bool) -> Response:
    response = jsonify(
        {"status": word, "revision": revision, "wanted_revision": expected, "signing_keys": has_keys}
    )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
