"""Per-process cache of database values, valid for one generation; each change of the values raises the generation.

A request reads the generation once, so no worker serves stale values after the current request. Where its first statement
finds a row (a session, a code, a token), the generation is a column of that row.
"""

from collections.abc import Callable
from typing import Any

from flask.globals import _cv_app, _cv_request
from sqlalchemy import Connection, literal_column, select

from idp.database.engine import Connections, Generation, generation

PRESENT = (
    select(Generation.value)
    .where(Generation.name == literal_column("'registry'"))
    .scalar_subquery()
    .label("registry")
)
"""The current generation, as a column of a statement that `first_row` executes."""


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
    held = _of(generation())
    if environ is not None:
        environ["idp.generation"] = held
    return held


def first_row(look: Callable[[Connection], Any | None]) -> Any | None:
    """The row that `look` reads, with PRESENT among its columns, or None.

    As the first statement of a request it also renews a lost connection, and no other reads the generation.
    """
    connections: Connections = _cv_app.get().app.extensions["connections"]
    row = connections.first(look)
    context = _cv_request.get(None)
    if row is not None and context is not None and "idp.generation" not in context.request.environ:
        context.request.environ["idp.generation"] = _of(row.registry)
    return row


def _of(number: int) -> Cache:
    """The cache of this generation, which is the current one."""
    extensions = _cv_app.get().app.extensions
    held: Cache | None = extensions.get("generation")
    if held is None or held.number != number:
        held = extensions["generation"] = Cache(number)
    return held
