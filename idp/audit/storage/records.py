"""Statements on audit records: append, the history of an account, search."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, union_all

from idp.audit.storage.tables import AuditRecord
from idp.database.compiled import Prepared

_insert = Prepared(insert(AuditRecord))


def append(tx: Connection, row: dict[str, Any]) -> None:
    """Insert a record (`at`, `act`, `actor`, `subject`, `address`, `detail`). It waits for no other act; it is sealed later."""
    _insert.run(tx, row)


@dataclass(frozen=True)
class Event:
    """A record as a page shows it."""

    id: int
    act: str
    at: int
    address: str | None
    detail: dict[str, Any]
    actor: str = ""
    subject: str = ""


_history = (
    select(AuditRecord.id, AuditRecord.act, AuditRecord.at, AuditRecord.address, AuditRecord.detail)
    .where(
        AuditRecord.subject == bindparam("of_subject"),
        AuditRecord.act.in_(bindparam("acts", expanding=True)),
        AuditRecord.id < bindparam("before"),
        AuditRecord.at >= bindparam("since"),
    )
    .order_by(AuditRecord.id.desc())
    .limit(bindparam("most"))
)


_LAST = 2**62


def history(
    connection: Connection, account: int, acts: list[str], before: int | None, most: int, since: int = 0
) -> list[Event]:
    """The newest events of an account with ids below `before`, not earlier than `since` (epoch seconds)."""
    parameters = {
        "of_subject": f"account:{account}",
        "acts": acts,
        "before": before or _LAST,
        "most": most,
        "since": since,
    }
    rows = connection.execute(_history, parameters)
    return [Event(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]


MOST_READ = 500_000
"""How many ids one search reads at most where no index has its filters: some 40 ms."""
SKEW = 3600
"""Seconds by which the clocks of two machines may differ: a search by date reads as much around its days."""


@dataclass(frozen=True)
class Filters:
    """What a record must have; empty: anything. `act` is a prefix; several actors or subjects: any of them.

    `since` (included) and `until` (not) are epoch seconds.
    """

    act: str = ""
    actors: Collection[str] = ()
    subjects: Collection[str] = ()
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Findings:
    """`events`: a page. `unread_beyond`: the id beyond which records were not read; None: all were."""

    events: list[Event]
    unread_beyond: int | None = None


_ids = select(AuditRecord.id).where(AuditRecord.id > 0).limit(1)
_oldest, _newest = _ids.order_by(AuditRecord.id), _ids.order_by(AuditRecord.id.desc())
_first_since = (
    select(AuditRecord.id).where(AuditRecord.at >= bindparam("moment")).order_by(AuditRecord.at).limit(1)
)
_last_before = (
    select(AuditRecord.id)
    .where(AuditRecord.at < bindparam("moment"))
    .order_by(AuditRecord.at.desc())
    .limit(1)
)


def search(
    connection: Connection,
    filters: Filters,
    beyond: int | None = None,
    most: int = 50,
    oldest_first: bool = False,
    most_read: int = MOST_READ,
) -> Findings:
    """The newest records (or the oldest) that match `filters`. `beyond`: the id of the last record of the page before.

    Subjects and actors have an index each, and a date bounds the ids. Other searches follow the ids and read `most_read` of
    them at most, so that a rare act costs no more in forty million records than in one.
    """
    first, last = _range(connection, filters)
    if beyond is not None:
        first, last = (max(first, beyond + 1), last) if oldest_first else (first, min(last, beyond - 1))
    has_index = bool(filters.actors or filters.subjects)
    begin, end = first, last
    if not has_index and last - first >= most_read:
        begin, end = (first, first + most_read - 1) if oldest_first else (last - most_read + 1, last)
    conditions = [*_matching(filters), AuditRecord.id >= begin, AuditRecord.id <= end]
    statement = (
        _of_actors(filters.actors, conditions, most, oldest_first)
        if filters.actors and not filters.subjects
        else _in_order(select(AuditRecord.__table__).where(*conditions), AuditRecord.id, oldest_first)
    )
    events = [_event(row) for row in connection.execute(statement.limit(most)).mappings()]
    if len(events) == most or (begin, end) == (first, last):
        return Findings(events)
    return Findings(events, end if oldest_first else begin)


def _range(connection: Connection, filters: Filters) -> tuple[int, int]:
    """The first and the last id that may match."""
    first = connection.execute(_oldest).scalar_one_or_none() or 0
    last = connection.execute(_newest).scalar_one_or_none() or 0
    if filters.since is not None:
        moment = {"moment": filters.since - SKEW}
        first = connection.execute(_first_since, moment).scalar_one_or_none() or last + 1
    if filters.until is not None:
        moment = {"moment": filters.until + SKEW}
        last = connection.execute(_last_before, moment).scalar_one_or_none() or first - 1
    return first, last


def _matching(filters: Filters) -> list[Any]:
    conditions: list[Any] = []
    if filters.act:
        conditions.append(AuditRecord.act.startswith(filters.act, autoescape=True))
    if filters.actors:
        conditions.append(AuditRecord.actor.in_(sorted(filters.actors)))
    if filters.subjects:
        conditions.append(AuditRecord.subject.in_(sorted(filters.subjects)))
    if filters.since is not None:
        conditions.append(AuditRecord.at >= filters.since)
    if filters.until is not None:
        conditions.append(AuditRecord.at < filters.until)
    return conditions


def _in_order(statement: Select[Any], number: Any, oldest_first: bool) -> Select[Any]:
    return statement.order_by(number.asc() if oldest_first else number.desc())


def _of_actors(actors: Collection[str], conditions: list[Any], most: int, oldest_first: bool) -> Select[Any]:
    """An actor's acts on itself stand in the index of the subjects, its others in `ix_audit_actor`."""
    records = select(AuditRecord.__table__).where(*conditions)
    on_itself = records.where(
        AuditRecord.subject.in_(sorted(actors)), AuditRecord.actor == AuditRecord.subject
    )
    on_others = records.where(AuditRecord.actor != AuditRecord.subject)
    both = union_all(
        *(
            select(_in_order(part, AuditRecord.id, oldest_first).limit(most).subquery())
            for part in (on_itself, on_others)
        )
    ).subquery()
    return _in_order(select(both), both.c.id, oldest_first)


def _event(row: Any) -> Event:
    return Event(
        row["id"],
        row["act"],
        row["at"],
        row["address"],
        json.loads(row["detail"]),
        row["actor"],
        row["subject"],
    )
