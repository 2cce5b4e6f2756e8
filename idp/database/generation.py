"""Per-process cache of database values, valid for one generation; each change of the values raises the generation.

A request reads the generation once, so no worker serves stale values after the current request.
"""

from typing import Any

from flask.globals import _cv_app, _cv_request

from idp.database.engine import generation


class Cache:
    """Values of generation `number`, by name."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: dict[str, Any] = {}


def cache() -> Cache:
    """The cache of the current generation: one short SELECT a request; outside of requests, one each time."""
    # Flask's proxies find the same; on every request they would cost more than the SELECT.
    context = _cv_request.get(None)
    environ = None if context is None else context.request.environ
    known: Cache | None = None if environ is None else environ.get("idp.generation")
    if known is not None:
        return known
    number = generation()
    extensions = _cv_app.get().app.extensions
    held: Cache | None = extensions.get("generation")
    if held is None or held.number != number:
        held = extensions["generation"] = Cache(number)
    if environ is not None:
        environ["idp.generation"] = held
    return held
