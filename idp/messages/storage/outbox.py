"""The outbox: an outgoing message is a row, written in the transaction of the change that it reports.

A worker claims a row by one conditional UPDATE, delivers it and marks it. The claim of a killed worker ends after
`CLAIM` seconds; the pause grows with each failure; after `LAST_ATTEMPT` attempts the row is given up and stays visible.
A row that waits longer than its attempts allow was written by a clock that ran ahead: it is due at once.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Index,
    String,
    Text,
    and_,
    bindparam,
    case,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds
from idp.database.expired import delete_expired, run
from idp.due_times import furthest
from idp.durations import DAY

CLAIM = 120
LAST_ATTEMPT = 12
LONGEST_PAUSE = 3600


class OutboxMessage(Model):
    """`kind` is "mail", "sms" or "logout_notice"; `payload`: a JSON object for the deliverer of the kind."""

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


@dataclass(frozen=True)
class Claimed:
    """A message claimed by this worker. `attempt` counts from 1."""

    id: int
    kind: str
    payload: dict[str, Any]
    created_at: int
    attempt: int


_outbox = OutboxMessage
_insert = insert(_outbox)


def longest_pause(attempts: int) -> int:
    """The longest pause in seconds after so many attempts: after a failure, or during a claim."""
    return max(pause_after(attempts), CLAIM) if attempts else 0


def pause_after(attempt: int) -> int:
    """Seconds between a failed attempt (1, 2, …) and the next: it doubles from 5 s to an hour."""
    return int(min(5 * 2 ** (attempt - 1), LONGEST_PAUSE))


_now = bindparam("now", type_=BigInteger)
_unsettled = and_(_outbox.delivered_at.is_(None), _outbox.given_up_at.is_(None))
_furthest = case(
    # A row without attempts was due when it was posted, on any machine.
    (_outbox.attempts == 0, _now),
    *(
        (_outbox.attempts == attempts, _now + furthest(0, longest_pause(attempts)))
        for attempts in range(1, LAST_ATTEMPT)
    ),
    else_=_now + furthest(0, LONGEST_PAUSE),
)
_waiting = and_(_unsettled, or_(_outbox.next_attempt_at <= _now, _outbox.next_attempt_at > _furthest))
_due = (
    select(_outbox.id).where(_waiting).order_by(_outbox.next_attempt_at, _outbox.id).limit(bindparam("most"))
)
_late = select(_outbox.id).where(_unsettled, _outbox.next_attempt_at <= bindparam("since"))
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
    """Post a message to the outbox, within the transaction of its cause."""
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
    """(kind, reason) of each message posted after `since` and given up, the newest first."""
    rows = connection.execute(_given_up, {"since": since})
    return [(row[0], row[1] or "") for row in rows]


_delivered_once = delete_expired(_outbox.id, _outbox.delivered_at)
_lost = delete_expired(_outbox.id, _outbox.given_up_at, _outbox.delivered_at.is_(None))


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of messages delivered a day ago or given up three months ago. Returns the number of rows.

    Nothing reads a delivered message, whose payload is wiped; the console shows those that were given up.
    """
    return run(tx, _delivered_once, now - DAY, most) + run(tx, _lost, now - 90 * DAY, most)


def due(connection: Connection, now: int, most: int = 20) -> list[int]:
    """Ids of due messages, the oldest first."""
    return list(connection.execute(_due, {"now": now, "most": most}).scalars())


def late(connection: Connection, since: int) -> list[int]:
    """Ids of unclaimed messages that were due at `since`."""
    return list(connection.execute(_late.limit(20), {"since": since}).scalars())


def claim(tx: Connection, message: int, now: int) -> Claimed | None:
    """Claim a message; None if another worker was faster."""
    row = tx.execute(_claim, {"message": message, "now": now, "until": now + CLAIM}).one_or_none()
    return None if row is None else Claimed(row[0], row[1], json.loads(row[2]), row[3], row[4])


def delivered(tx: Connection, message: int, now: int) -> bool:
    """The receiver has accepted the message, or the worker has acted on it; its payload (a link, a code) is wiped. True once."""
    return tx.execute(_mark_delivered, {"message": message, "now": now}).rowcount == 1


def failed(tx: Connection, claimed: Claimed, error: str, now: int, final: bool = False) -> None:
    """Record a failure: retry after a pause that doubles from 5 s to an hour; give up at the last attempt or if `final`."""
    over = final or claimed.attempt >= LAST_ATTEMPT
    tx.execute(
        _mark_failed,
        {
            "message": claimed.id,
            "again": now + pause_after(claimed.attempt),
            "given_up": now if over else None,
            "error": error[:500],
        },
    )
