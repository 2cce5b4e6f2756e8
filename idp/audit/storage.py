"""Tables and statements of the audit trail: a row for each act, chained to the previous row by a hash."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, Text, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class AuditHead(Model):
    """The number and hash of the last record: its row lock puts concurrent acts into one order.

    `floor_*`: number and hash of the last purged record, where the chain begins.
    """

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(RowId)
    hash: Mapped[str] = mapped_column(String(64))
    floor_number: Mapped[int] = mapped_column(RowId, default=0, server_default="0")
    floor_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")


class AuditRecord(Model):
    """`actor` and `subject` are "account:12", "client:…", "command", "worker"; `detail` is a JSON object."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(Seconds, index=True)
    act: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    address: Mapped[str | None] = mapped_column(String(45))
    detail: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


_take = (
    update(AuditHead)
    .values(number=AuditHead.number + 1)
    .where(AuditHead.id == 1)
    .returning(AuditHead.number, AuditHead.hash)
)


_put = update(AuditHead).values(hash=bindparam("new_hash")).where(AuditHead.id == 1)


_insert = insert(AuditRecord)


def append(tx: Connection, row: dict[str, Any]) -> None:
    """Append a record (`at`, `act`, `actor`, `subject`, `address`, `detail`) to the chain."""
    number, previous = tx.execute(_take).one()
    numbered = {"number": number, **row}
    numbered["hash"] = _chain(previous, numbered)
    tx.execute(_insert, numbered)
    tx.execute(_put, {"new_hash": numbered["hash"]})


@dataclass(frozen=True)
class Event:
    """A record as a page shows it."""

    number: int
    act: str
    at: int
    address: str | None
    detail: dict[str, Any]
    actor: str = ""
    subject: str = ""


_history = (
    select(AuditRecord.number, AuditRecord.act, AuditRecord.at, AuditRecord.address, AuditRecord.detail)
    .where(
        AuditRecord.subject == bindparam("who"),
        AuditRecord.act.in_(bindparam("acts", expanding=True)),
        AuditRecord.number < bindparam("before"),
    )
    .order_by(AuditRecord.number.desc())
    .limit(bindparam("most"))
)


_LAST = 2**62


def history(
    connection: Connection, account: int, acts: list[str], before: int | None, most: int
) -> list[Event]:
    """The newest events of an account with numbers below `before`."""
    parameters = {"who": f"account:{account}", "acts": acts, "before": before or _LAST, "most": most}
    rows = connection.execute(_history, parameters)
    return [Event(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]


def first_broken(connection: Connection) -> int | None:
    """The number of the first record whose hash does not match its predecessor; None if the chain is intact.

    The chain begins at the last purged record and must end at the head: neither end can be cut off undetected.
    """
    head = connection.execute(select(AuditHead.__table__)).mappings().one()
    number, previous = head["floor_number"], head["floor_hash"]
    for row in _in_order(connection):
        if row["number"] != number + 1 or row["hash"] != _chain(previous, row):
            return int(row["number"])
        number, previous = row["number"], row["hash"]
    return None if (number, previous) == (head["number"], head["hash"]) else int(number) + 1


def purge(tx: Connection, before: int, most: int = 500) -> int:
    """Delete a batch of records older than `before` (epoch seconds), the oldest first. Returns their number.

    Records are ordered: the first that is young enough ends the batch, and `floor_*` holds where the chain now begins.
    """
    batch = tx.execute(
        select(AuditRecord.number, AuditRecord.at, AuditRecord.hash).order_by(AuditRecord.number).limit(most)
    ).all()
    old = list(itertools.takewhile(lambda row: row.at < before, batch))
    if not old:
        return 0
    tx.execute(update(AuditHead).values(floor_number=old[-1].number, floor_hash=old[-1].hash))
    tx.execute(delete(AuditRecord).where(AuditRecord.number <= old[-1].number))
    return len(old)


def _matching(act: str, actor: str, subject: str, since: int | None, until: int | None) -> list[Any]:
    conditions: list[Any] = []
    if act:
        conditions.append(AuditRecord.act.startswith(act, autoescape=True))
    if actor:
        conditions.append(AuditRecord.actor == actor)
    if subject:
        conditions.append(AuditRecord.subject == subject)
    if since is not None:
        conditions.append(AuditRecord.at >= since)
    if until is not None:
        conditions.append(AuditRecord.at < until)
    return conditions


def search(
    connection: Connection,
    act: str = "",
    actor: str = "",
    subject: str = "",
    since: int | None = None,
    until: int | None = None,
    before: int | None = None,
    most: int = 50,
) -> list[Event]:
    """The newest records that match all filters; `act` is a prefix. Times are epoch seconds."""
    statement = (
        select(AuditRecord.__table__)
        .where(*_matching(act, actor, subject, since, until), AuditRecord.number < (before or _LAST))
        .order_by(AuditRecord.number.desc())
        .limit(most)
    )
    return [_event(row) for row in connection.execute(statement).mappings()]


def lines(connection: Connection, since: int | None = None, until: int | None = None) -> Iterator[str]:
    """Every record as a line of JSON, the oldest first, hash included."""
    for row in _in_order(connection, *_matching("", "", "", since, until)):
        yield json.dumps({**row, "detail": json.loads(row["detail"])}, ensure_ascii=False) + "\n"


def _in_order(connection: Connection, *conditions: Any) -> Iterator[dict[str, Any]]:
    """The matching records in order, a thousand at a time: the whole may be larger than memory."""
    last = 0
    statement = select(AuditRecord.__table__).where(*conditions).order_by(AuditRecord.number).limit(1000)
    while rows := connection.execute(statement.where(AuditRecord.number > last)).mappings().all():
        yield from (dict(row) for row in rows)
        last = rows[-1]["number"]


def _event(row: Any) -> Event:
    return Event(
        row["number"],
        row["act"],
        row["at"],
        row["address"],
        json.loads(row["detail"]),
        row["actor"],
        row["subject"],
    )


def _chain(previous: str, row: dict[str, Any]) -> str:
    text = json.dumps(
        [previous, *(row[key] for key in ("number", "at", "act", "actor", "subject", "address", "detail"))],
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()
