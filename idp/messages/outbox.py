"""The outbox: what leaves the house is a row, written in the transaction of the change it speaks of.

A worker claims a row by one conditional UPDATE, delivers it and marks it. A worker that dies loses its claim after
`CLAIM` seconds; a failure waits longer each time; after `LAST_ATTEMPT` tries the row is given up and stays visible.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Index,
    String,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Model, RowId, Seconds

CLAIM = 120
LAST_ATTEMPT = 12
LONGEST_PAUSE = 3600
DAY = 86400


class OutboxMessage(Model):
    """`kind` is "mail", "sms" or "logout_notice"; `payload` is a JSON object that the kind's deliverer understands."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "delivered_at", "given_up_at", "next_attempt_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Seconds)
    next_attempt_at: Mapped[int] = mapped_column(Seconds)
    attempts: Mapped[int] = mapped_column(RowId, default=0)
    delivered_at: Mapped[int | None] = mapped_column(Seconds)
    given_up_at: Mapped[int | None] = mapped_column(Seconds)
    last_error: Mapped[str | None] = mapped_column(Text)


class RefusedForGood(Exception):
    """The recipient's side will never take this message; trying again would be a nuisance."""


@dataclass(frozen=True)
class Claimed:
    """A message that this worker alone may deliver now. `attempt` counts from 1."""

    id: int
    kind: str
    payload: dict[str, Any]
    created_at: int
    attempt: int


_outbox = OutboxMessage
_insert = insert(_outbox)
_waiting = and_(
    _outbox.delivered_at.is_(None), _outbox.given_up_at.is_(None), _outbox.next_attempt_at <= bindparam("now")
)
_due = (
    select(_outbox.id).where(_waiting).order_by(_outbox.next_attempt_at, _outbox.id).limit(bindparam("most"))
)
_claim = (
    update(_outbox)
    .where(_outbox.id == bindparam("message"), _waiting)
    .values(next_attempt_at=bindparam("until"), attempts=_outbox.attempts + 1)
    .returning(_outbox.id, _outbox.kind, _outbox.payload, _outbox.created_at, _outbox.attempts)
)
_mark_delivered = (
    update(_outbox)
    .where(_outbox.id == bindparam("message"), _outbox.delivered_at.is_(None))
    .values(delivered_at=bindparam("now"), last_error=None, payload="{}")
)
_mark_failed = (
    update(_outbox)
    .where(_outbox.id == bindparam("message"))
    .values(
        next_attempt_at=bindparam("again"), given_up_at=bindparam("given_up"), last_error=bindparam("error")
    )
)


_given_up = (
    select(_outbox.kind, _outbox.last_error)
    .where(_outbox.given_up_at.is_not(None), _outbox.created_at > bindparam("since"))
    .order_by(_outbox.id.desc())
)


def post(tx: Connection, kind: str, payload: dict[str, Any], now: int) -> None:
    """Put a message into the outbox, within the transaction of its cause."""
    tx.execute(
        _insert,
        {
            "kind": kind,
            "payload": json.dumps(payload, ensure_ascii=False),
            "created_at": now,
            "next_attempt_at": now,
            "attempts": 0,
        },
    )


def given_up(connection: Connection, since: int) -> list[tuple[str, str]]:
    """(kind, reason) of each message that was given up and had been posted after `since`, the newest first."""
    rows = connection.execute(_given_up, {"since": since})
    return [(row[0], row[1] or "") for row in rows]


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a small batch of what was delivered a month ago, or given up three months ago; how many rows went."""
    over = or_(_outbox.delivered_at < now - 30 * DAY, _outbox.given_up_at < now - 90 * DAY)
    batch = select(_outbox.id).where(over).limit(most)
    return tx.execute(delete(_outbox).where(_outbox.id.in_(batch))).rowcount


def due(connection: Connection, now: int, most: int = 20) -> list[int]:
    """Ids of messages whose time has come, the oldest first."""
    return list(connection.execute(_due, {"now": now, "most": most}).scalars())


def claim(tx: Connection, message: int, now: int) -> Claimed | None:
    """Take a message; None if another worker was faster."""
    row = tx.execute(_claim, {"message": message, "now": now, "until": now + CLAIM}).one_or_none()
    return None if row is None else Claimed(row[0], row[1], json.loads(row[2]), row[3], row[4])


def delivered(tx: Connection, message: int, now: int) -> bool:
    """The outside has accepted it, or the house has done it; what it said (a link, a code) is wiped. True once."""
    return tx.execute(_mark_delivered, {"message": message, "now": now}).rowcount == 1


def failed(tx: Connection, claimed: Claimed, error: str, now: int, final: bool = False) -> None:
    """Try again after a pause that doubles from 5 s to an hour; give up at the last attempt or if `final`."""
    over = final or claimed.attempt >= LAST_ATTEMPT
    pause = min(5 * 2 ** (claimed.attempt - 1), LONGEST_PAUSE)
    tx.execute(
        _mark_failed,
        {
            "message": claimed.id,
            "again": now + pause,
            "given_up": now if over else None,
            "error": error[:500],
        },
    )
