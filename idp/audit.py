"""The record of acts: one row an act, each chained to the one before by a hash, so that a changed or missing row shows.

Rows say who did what to whom, when, from where; never a secret. They are written in the transaction of the act.
"""

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, String, Text, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Model, RowId, Seconds


class AuditHead(Model):
    """The number and hash of the last record: its row lock puts concurrent acts into one order.

    `floor_*` are those of the last record that was purged: the chain begins there.
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


def record(
    tx: Connection, now: int, act: str, actor: str, subject: str, address: str | None = None, **detail: Any
) -> None:
    """Write that `actor` did `act` to `subject` at `now` (epoch seconds)."""
    number, previous = tx.execute(_take).one()
    row = {
        "number": number,
        "at": now,
        "act": act,
        "actor": actor,
        "subject": subject,
        "address": address,
        "detail": json.dumps(detail, sort_keys=True, ensure_ascii=False),
    }
    row["hash"] = _chain(previous, row)
    tx.execute(_insert, row)
    tx.execute(_put, {"new_hash": row["hash"]})


def first_broken(connection: Connection) -> int | None:
    """The number of the first record that does not follow from the one before it; None if the chain holds."""
    previous, expected = "", None
    for row in connection.execute(select(AuditRecord.__table__).order_by(AuditRecord.number)).mappings():
        if expected is not None and (row["number"] != expected or row["hash"] != _chain(previous, dict(row))):
            return int(row["number"])
        previous, expected = row["hash"], row["number"] + 1
    return None


def _chain(previous: str, row: dict[str, Any]) -> str:
    text = json.dumps(
        [previous, *(row[key] for key in ("number", "at", "act", "actor", "subject", "address", "detail"))],
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()
