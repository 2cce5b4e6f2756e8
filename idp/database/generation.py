"""Per-process cache of database values, valid for one generation; each change of the values raises the generation.

A request reads the generation once, so no worker serves stale values after the current request.
"""

from typing import Any

from flask import current_app, has_request_context, request

from idp.database.engine import generation


class Cache:
    """Values of generation `number`, by name."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: dict[str, Any] = {}


def cache() -> Cache:
    """The cache of the current generation: one short SELECT a request; outside of requests, one each time."""
    known: Cache | None = request.environ.get("idp.generation") if has_request_context() else None
    if known is not None:
        return known
    number = generation()
    held: Cache | None = current_app.extensions.get("generation")
    if held is None or held.number != number:
        held = current_app.extensions["generation"] = Cache(number)
    if has_request_context():
        request.environ["idp.generation"] = held
    return held
