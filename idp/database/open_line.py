"""Until when people wait in line to sign in (`idp.turns`): beside the generation, so that every request reads it in the same statement."""

from flask import current_app
from sqlalchemy import Connection, text

from idp.database.engine import Connections

_LINE = text(
    "INSERT INTO generations (name, value) VALUES ('line', :until) ON CONFLICT (name) "
    "DO UPDATE SET value = excluded.value WHERE generations.value < excluded.value OR generations.value > :furthest"
)


def keep_line_open(tx: Connection, until: int, furthest: int) -> None:
    """People wait to sign in until `until`, epoch seconds: every request reads it with the generation. Written when it is later than what is read.

    `furthest`: a later time was written by a clock that ran ahead.
    """
    connections: Connections = current_app.extensions["connections"]
    if not until <= connections.line_until <= furthest:
        tx.execute(_LINE, {"until": until + 5, "furthest": furthest})
        connections.line_until = until + 5
