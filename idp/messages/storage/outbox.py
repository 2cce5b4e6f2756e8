"""The outbox: an outgoing message is a row, written in the transaction of the change that it reports.

A worker claims rows by one conditional UPDATE, delivers them and marks them. The claim of a killed worker ends after `CLAIM`
seconds. `destinations.py` selects what is due.
"""

import json
from collections.abc import Iterable, Sequence
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
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import notifications
from idp.database.engine import Model, RowId, Seconds
from idp.database.expired import delete_expired, run
from idp.due_times import furthest
from idp.durations import DAY
from idp.messages.rules import retries
from idp.messages.rules.retries import CLAIM, LAST_REFUSAL, pause_after


class OutboxMessage(Model):
    """A message. `payload`: a JSON object for the deliverer of `kind`.

    `destination`: what fails as a whole (`rules/retries.py`). `next_attempt_at`: 0 until the first claim, so that a new message is
    due whatever the clock of its writer says. `attempts`: claims; `refusals`: refusals of this very message.
    """

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    destination: Mapped[str] = mapped_column(String(300), server_default=retries.WORKER)
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Seconds)
    next_attempt_at: Mapped[int] = mapped_column(Seconds)
    attempts: Mapped[int] = mapped_column(RowId, default=0)
    refusals: Mapped[int] = mapped_column(RowId, default=0, server_default="0")
    delivered_at: Mapped[int | None] = mapped_column(Seconds)
    given_up_at: Mapped[int | None] = mapped_column(Seconds)
    last_error: Mapped[str | None] = mapped_column(Text)


_outbox = OutboxMessage
unsettled = and_(_outbox.delivered_at.is_(None), _outbox.given_up_at.is_(None))
_table: Any = _outbox.__table__
for _name, _columns, _where in (
    ("ix_outbox_lines", ("destination", "next_attempt_at", "id"), unsettled),
    ("ix_outbox_delivered_at", ("delivered_at",), _outbox.delivered_at.is_not(None)),
    ("ix_outbox_given_up_at", ("given_up_at",), _outbox.given_up_at.is_not(None)),
):
    Index(_name, *(_table.c[column] for column in _columns), sqlite_where=_where, postgresql_where=_where)


@dataclass(frozen=True)
class Claimed:
    """A message claimed by this worker. `attempt` counts from 1."""

    id: int
    kind: str
    payload: dict[str, Any]
    created_at: int
    attempt: int
    refusals: int = 0


@dataclass(frozen=True)
class Outcome:
    """What has become of a message. `has_failed`: it was refused or not accepted so far, or was given up."""

    is_delivered: bool
    has_failed: bool


_insert = insert(_outbox)
now_ = bindparam("now", type_=BigInteger)
due = and_(unsettled, _outbox.next_attempt_at <= now_)
claimed_values: dict[str, Any] = {
    "next_attempt_at": now_ + CLAIM,
    "attempts": _outbox.attempts + 1,
}
claimed_columns = (
    _outbox.id,
    _outbox.kind,
    _outbox.payload,
    _outbox.created_at,
    _outbox.attempts,
    _outbox.refusals,
)
_claim = (
    update(_outbox)
    .where(_outbox.id == bindparam("message"), due)
    .values(claimed_values)
    .returning(*claimed_columns)
)
_chosen = _outbox.id.in_(bindparam("messages", expanding=True))
_mark_delivered = (
    update(_outbox)
    .where(_chosen, _outbox.delivered_at.is_(None))
    .values(delivered_at=now_, last_error=None, payload="{}")
)
_release = (
    update(_outbox)
    .where(_chosen, unsettled)
    .values(attempts=_outbox.attempts - 1, next_attempt_at=case((_outbox.attempts == 1, 0), else_=now_))
)
_mark_refused = (
    update(_outbox)
    .where(_outbox.id == bindparam("message"))
    .values(
        refusals=_outbox.refusals + 1,
        next_attempt_at=bindparam("again"),
        given_up_at=bindparam("given_up"),
        last_error=bindparam("error"),
    )
)
_put_back = (
    update(_outbox)
    .where(_outbox.id == bindparam("message"), unsettled)
    .values(next_attempt_at=bindparam("again"), last_error=bindparam("error"))
)
_ahead = (
    update(_outbox)
    .where(
        unsettled,
        _outbox.destination == bindparam("line"),
        # Only claims and pauses lie in the future: the index holds few such rows.
        _outbox.next_attempt_at > now_ + furthest(0, CLAIM),
        _outbox.next_attempt_at
        > now_
        + case(
            *(
                (_outbox.refusals == refusals, furthest(0, retries.longest_wait(refusals)))
                for refusals in range(LAST_REFUSAL)
            ),
            else_=furthest(0, retries.LONGEST_PAUSE),
        ),
    )
    .values(next_attempt_at=now_)
)
_outcomes = select(_outbox.id, _outbox.delivered_at, _outbox.given_up_at, _outbox.last_error).where(_chosen)
_destination = select(_outbox.destination).where(_outbox.id == bindparam("message"))
_given_up = (
    select(_outbox.kind, _outbox.last_error)
    # No message is given up before it was posted: the first condition is the index's.
    .where(_outbox.given_up_at > bindparam("since"), _outbox.created_at > bindparam("since"))
    .order_by(_outbox.given_up_at.desc(), _outbox.id.desc())
)


def post(tx: Connection, kind: str, payload: dict[str, Any], now: int, destination: str | None = None) -> int:
    """Post a message to the outbox, within the transaction of its cause; its commit wakes the worker (PostgreSQL).

    `destination`: the origin of a logout notice's address; without it, that of the kind. Returns the message's id.
    """
    inserted = tx.execute(
        _insert,
        {
            "kind": kind,
            "destination": destination or (kind if kind in (retries.MAIL, retries.SMS) else retries.WORKER),
            "payload": json.dumps(payload, ensure_ascii=False),
            "created_at": now,
            "next_attempt_at": 0,
            "attempts": 0,
            "refusals": 0,
        },
    )
    notifications.send(tx, notifications.MESSAGES)
    assert inserted.inserted_primary_key is not None
    return int(inserted.inserted_primary_key[0])


def outcomes(connection: Connection, messages: Iterable[int]) -> dict[int, Outcome]:
    """What has become of these messages; those that were purged are left out."""
    rows = connection.execute(_outcomes, {"messages": list(messages)})
    return {row[0]: Outcome(row[1] is not None, row[2] is not None or row[3] is not None) for row in rows}


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


def claim(tx: Connection, message: int, now: int) -> Claimed | None:
    """Claim a message; None if another worker was faster."""
    row = tx.execute(_claim, {"message": message, "now": now}).one_or_none()
    return None if row is None else read_claimed(row)


def destination_of(connection: Connection, message: int) -> str:
    """The destination of a message; empty if there is no such message."""
    destination: str | None = connection.execute(_destination, {"message": message}).scalar_one_or_none()
    return destination or ""


def read_claimed(row: Sequence[Any]) -> Claimed:
    """The message of a row of `claimed_columns`."""
    return Claimed(row[0], row[1], json.loads(row[2]), row[3], row[4], row[5])


def delivered(tx: Connection, messages: Iterable[int], now: int) -> int:
    """The receivers have accepted the messages, or the worker has acted on them; payloads (a link, a code) are wiped.

    Returns how many were not marked before.
    """
    return tx.execute(_mark_delivered, {"messages": list(messages), "now": now}).rowcount


def release(tx: Connection, messages: Iterable[int], now: int) -> None:
    """Give claims back unused: the messages are due again, and no attempt is counted."""
    tx.execute(_release, {"messages": list(messages), "now": now})


def is_last(claimed: Claimed, final: bool) -> bool:
    """Whether a message is given up if it is refused now; `final`: it would be refused again."""
    return final or claimed.refusals + 1 >= LAST_REFUSAL


def refused(tx: Connection, claimed: Claimed, error: str, now: int, final: bool = False) -> None:
    """This message was refused: retry after a pause that doubles from 5 s to an hour; give up at the last refusal or if `final`."""
    over = is_last(claimed, final)
    tx.execute(
        _mark_refused,
        {
            "message": claimed.id,
            "again": now + pause_after(claimed.refusals + 1),
            "given_up": now if over else None,
            "error": error[:500],
        },
    )


def put_back(tx: Connection, claimed: Claimed, error: str, now: int) -> None:
    """The destination of this message fails: it waits behind the others."""
    again = now + min(pause_after(claimed.attempt), retries.BEHIND_THE_OTHERS)
    tx.execute(_put_back, {"message": claimed.id, "again": again, "error": error[:500]})


def bring_forward(tx: Connection, destination: str, now: int) -> int:
    """Make messages due that lie further ahead than any claim or pause: a clock that ran ahead has set their time."""
    return tx.execute(_ahead, {"line": destination, "now": now}).rowcount
