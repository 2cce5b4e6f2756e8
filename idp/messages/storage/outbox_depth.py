"""How many messages of the outbox wait or were given up, by group: for metrics, bounded."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from idp.messages.storage.outbox import OutboxMessage

MOST = 10_000
"""Rows that are counted; a deeper queue shows this many."""
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
        .where(OutboxMessage.delivered_at.is_(None), *conditions)  # type: ignore[arg-type]
        .limit(MOST)
        .subquery()
    )
    groups = [rows.c[column.key] for column in GROUPED_BY]
    return select(*groups, func.count(), func.min(rows.c.created_at)).group_by(*groups)


_waiting = _counted(OutboxMessage.given_up_at.is_(None))
_given_up = _counted(OutboxMessage.given_up_at.is_not(None))


def waiting(connection: Connection) -> list[Depth]:
    """The messages that are not delivered yet."""
    return _read(connection, _waiting)


def given_up(connection: Connection) -> list[Depth]:
    """The messages that will not be tried again."""
    return _read(connection, _given_up)


def _read(connection: Connection, statement: object) -> list[Depth]:
    width = len(GROUPED_BY)
    rows = connection.execute(statement)  # type: ignore[call-overload]
    return [Depth(tuple(row[:width]), row[width], row[width + 1]) for row in rows]
