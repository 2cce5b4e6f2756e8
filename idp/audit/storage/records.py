"""Statements on audit records: append, the history of an account, search."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, literal, select, tuple_, union_all

from idp.audit.storage.tables import AuditRecord

_insert = insert(AuditRecord).values(
    {name: bindparam(name) for name in ("at", "act", "actor", "subject", "address", "detail")}
)


def append(tx: Connection, row: dict[str, Any]) -> None:
    """Insert a record (`at`, `act`, `actor`, `subject`, `address`, `detail`). It waits for no other act; it is sealed later."""
    tx.execute(_insert, row)


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


@dataclass(frozen=True)
class Filters:
    """What a record must have; empty: anything. `act` is a prefix; `since` (included) and `until` (not) are epoch seconds."""

    act: str = ""
    actor: str = ""
    subject: str = ""
    since: int | None = None
    until: int | None = None

    @property
    def has_dates(self) -> bool:
        return self.since is not None or self.until is not None


@dataclass(frozen=True)
class Findings:
    """`events`: the newest ones. `unread_below`: records with lower ids were not read; None: there are none."""

    events: list[Event]
    unread_below: int | None = None


def _matching(filters: Filters) -> list[Any]:
    conditions: list[Any] = []
    if filters.act:
        conditions.append(AuditRecord.act.startswith(filters.act, autoescape=True))
    if filters.subject:
        conditions.append(AuditRecord.subject == filters.subject)
    if filters.since is not None:
        conditions.append(AuditRecord.at >= filters.since)
    if filters.until is not None:
        conditions.append(AuditRecord.at < filters.until)
    return conditions


def search(
    connection: Connection,
    filters: Filters,
    before: int | None = None,
    most: int = 50,
    most_read: int = MOST_READ,
) -> Findings:
    """The newest records that match `filters`, with ids below `before` (with dates: older than that record).

    Each kind of search has its index: the subject, the actor, the date. Other searches follow the ids and read `most_read` of
    them at most, so that a rare act costs no more in forty million records than in one.
    """
    if filters.actor:
        return _listed(connection, _of_actor(filters, before, most))
    matching = _matching(filters)
    if filters.subject:
        return _listed(connection, _newest(*matching, _is_before(before)).limit(most))
    if filters.has_dates:
        return _listed(connection, _by_date(matching, before).limit(most))
    last = connection.execute(select(func.max(AuditRecord.id))).scalar_one() or 0
    first = connection.execute(select(func.min(AuditRecord.id))).scalar_one() or 0
    end = min(before or _LAST, last + 1)
    start = end - most_read
    events = _listed(
        connection, _newest(*matching, AuditRecord.id < end, AuditRecord.id >= start).limit(most)
    )
    all_read = len(events.events) == most or start <= first
    return events if all_read else Findings(events.events, start)


def _listed(connection: Connection, statement: Any) -> Findings:
    return Findings([_event(row) for row in connection.execute(statement).mappings()])


def _is_before(before: int | None) -> Any:
    return AuditRecord.id < (before or _LAST)


def _newest(*conditions: Any) -> Select[Any]:
    return select(AuditRecord.__table__).where(*conditions).order_by(AuditRecord.id.desc())


def _of_actor(filters: Filters, before: int | None, most: int) -> Select[Any]:
    """An actor's acts on itself stand in the index of the subjects, its others in `ix_audit_actor`."""
    matching = (*_matching(filters), AuditRecord.actor == filters.actor, _is_before(before))
    on_itself = _newest(*matching, AuditRecord.subject == filters.actor).limit(most).subquery()
    on_others = _newest(*matching, AuditRecord.actor != AuditRecord.subject).limit(most).subquery()
    both = union_all(select(on_itself), select(on_others)).subquery()
    return select(both).order_by(both.c.id.desc()).limit(most)


def _by_date(matching: list[Any], before: int | None) -> Select[Any]:
    if before is not None:
        moment = select(AuditRecord.at).where(AuditRecord.id == before).scalar_subquery()
        matching = [*matching, tuple_(AuditRecord.at, AuditRecord.id) < tuple_(moment, literal(before))]
    return (
        select(AuditRecord.__table__).where(*matching).order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
    )


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
