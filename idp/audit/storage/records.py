"""Statements on audit records: append, the history of an account, search."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

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
    )
    .order_by(AuditRecord.id.desc())
    .limit(bindparam("most"))
)


_LAST = 2**62


def history(
    connection: Connection, account: int, acts: list[str], before: int | None, most: int
) -> list[Event]:
    """The newest events of an account with ids below `before`."""
    parameters = {"of_subject": f"account:{account}", "acts": acts, "before": before or _LAST, "most": most}
    rows = connection.execute(_history, parameters)
    return [Event(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]


def _matching(
    act: str, actors: Collection[str], subjects: Collection[str], since: int | None, until: int | None
) -> list[Any]:
    conditions: list[Any] = []
    if act:
        conditions.append(AuditRecord.act.startswith(act, autoescape=True))
    if actors:
        conditions.append(AuditRecord.actor.in_(sorted(actors)))
    if subjects:
        conditions.append(AuditRecord.subject.in_(sorted(subjects)))
    if since is not None:
        conditions.append(AuditRecord.at >= since)
    if until is not None:
        conditions.append(AuditRecord.at < until)
    return conditions


def search(
    connection: Connection,
    act: str = "",
    actors: Collection[str] = (),
    subjects: Collection[str] = (),
    since: int | None = None,
    until: int | None = None,
    beyond: int | None = None,
    most: int = 50,
    oldest_first: bool = False,
) -> list[Event]:
    """The newest records that match all filters; `act` is a prefix. Times are epoch seconds.

    Several actors or subjects: any of them. `beyond`: the id of the last record of the page before.
    """
    if oldest_first:
        place, order = AuditRecord.id > (beyond or 0), AuditRecord.id.asc()
    else:
        place, order = AuditRecord.id < (beyond or _LAST), AuditRecord.id.desc()
    statement = (
        select(AuditRecord.__table__)
        .where(*_matching(act, actors, subjects, since, until), place)
        .order_by(order)
        .limit(most)
    )
    return [_event(row) for row in connection.execute(statement).mappings()]


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
