"""How many messages of the outbox wait or were given up, by group: for metrics, bounded."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from idp.messages.storage import destinations
from idp.messages.storage.outbox import OutboxMessage, unsettled

MOST = 10_000
"""Rows that are counted of a destination; a deeper queue shows this many."""
GROUPED_BY = (OutboxMessage.kind, OutboxMessage.destination)
"""Columns by which messages are counted, in the order of `Depth.group`."""


@dataclass(frozen=True)
class Depth:
    """The messages of a group: their number, and when the oldest was posted (epoch seconds)."""

    group: tuple[str, ...]
    number: int
    oldest: int


def _counted(*conditions: object) -> object:
    rows = (
        select(*GROUPED_BY, OutboxMessage.created_at)
        .where(*conditions)  # type: ignore[arg-type]
        .limit(MOST)
        .subquery()
    )
    groups = [rows.c[column.key] for column in GROUPED_BY]
    return select(*groups, func.count(), func.min(rows.c.created_at)).group_by(*groups)


# Ranges of ix_outbox_lines and ix_outbox_given_up_at.
_waiting = _counted(unsettled, OutboxMessage.destination == bindparam("line"))
_given_up = _counted(OutboxMessage.given_up_at > 0, OutboxMessage.delivered_at.is_(None))


def waiting(connection: Connection) -> list[Depth]:
    """The messages that are not delivered yet, of every destination."""
    lines = destinations.every(connection)
    return [depth for line in lines for depth in _read(connection, _waiting, {"line": line})]


def given_up(connection: Connection) -> list[Depth]:
    """The messages that will not be tried again."""
    return _read(connection, _given_up, {})


def _read(connection: Connection, statement: object, parameters: dict[str, str]) -> list[Depth]:
    width = len(GROUPED_BY)
    rows = connection.execute(statement, parameters)  # type: ignore[call-overload]
    return [Depth(tuple(row[:width]), row[width], row[width + 1]) for row in rows]
