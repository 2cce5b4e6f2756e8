"""Destinations: which have messages due, which fail, and the one message at a time that tries a failing one.

No statement reads the waiting rows of one destination to find another's: the recursion takes one index entry for each
destination (a loose index scan of `ix_outbox_lines`).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from idp.database import notifications
from idp.database.engine import Model, RowId, Seconds
from idp.database.upserts import insert_into
from idp.due_times import furthest
from idp.messages.rules import retries
from idp.messages.rules.retries import CLAIM, pause_after
from idp.messages.storage import outbox
from idp.messages.storage.outbox import Claimed, OutboxMessage, now_, unsettled


class FailingDestination(Model):
    """A destination that fails. `tried_until`: end of the claim of the message that tries it, 0 while none does."""

    __tablename__ = "failing_destinations"
    destination: Mapped[str] = mapped_column(String(300), primary_key=True)
    failing_since: Mapped[int] = mapped_column(Seconds)
    failures: Mapped[int] = mapped_column(RowId)
    next_try_at: Mapped[int] = mapped_column(Seconds)
    tried_until: Mapped[int] = mapped_column(Seconds, default=0)
    last_error: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Line:
    """A destination with messages that are due."""

    destination: str
    is_failing: bool


@dataclass(frozen=True)
class Failing:
    """A destination that fails. Times are epoch seconds; `waiting`: number of its unsettled messages."""

    destination: str
    failing_since: int
    failures: int
    next_try_at: int
    last_error: str
    waiting: int


_outbox, _failing = OutboxMessage, FailingDestination
_line: Any = bindparam("line")
_later, _waiting = aliased(OutboxMessage), aliased(OutboxMessage)


def _is_unsettled(rows: Any) -> Any:
    return and_(rows.delivered_at.is_(None), rows.given_up_at.is_(None))


_lines = (
    select(func.min(_outbox.destination).label("destination")).where(unsettled).cte("lines", recursive=True)
)
_lines = _lines.union_all(
    select(
        select(func.min(_later.destination))
        .where(_is_unsettled(_later), _later.destination > _lines.c.destination)
        .scalar_subquery()
    ).where(_lines.c.destination.is_not(None))
)
_first_due = (
    select(func.min(_waiting.next_attempt_at))
    .where(_is_unsettled(_waiting), _waiting.destination == _lines.c.destination)
    .scalar_subquery()
)
_may_be_tried = and_(
    or_(
        _failing.next_try_at <= now_,
        # A clock that ran ahead put it off for longer than any pause.
        _failing.next_try_at
        > now_
        + case(
            *(
                (_failing.failures == failures, furthest(0, pause_after(failures)))
                for failures in range(1, retries.LAST_REFUSAL)
            ),
            else_=furthest(0, retries.LONGEST_PAUSE),
        ),
    ),
    or_(_failing.tried_until <= now_, _failing.tried_until > now_ + furthest(0, CLAIM)),
)
_with_failing = _lines.outerjoin(_failing, _failing.destination == _lines.c.destination)
_every_line = select(_lines.c.destination).where(_lines.c.destination.is_not(None))
_due_lines = (
    select(_lines.c.destination, _failing.failures)
    .select_from(_with_failing)
    .where(
        _lines.c.destination.is_not(None),
        or_(_failing.destination.is_(None), _may_be_tried),
        _first_due <= now_,
    )
)
_is_of_line = and_(outbox.due, _outbox.destination == _line)
_next = (
    select(_outbox.id)
    .where(_is_of_line)
    .order_by(_outbox.next_attempt_at, _outbox.id)
    .limit(bindparam("most"))
    # What another worker is claiming is passed over (PostgreSQL).
    .with_for_update(skip_locked=True)
    .cte("next")
)
_claim_next = (
    update(_outbox)
    .where(_outbox.id.in_(select(_next.c.id)), outbox.due)
    .values(outbox.claimed_values)
    .returning(*outbox.claimed_columns)
)
_claim_of_answering = _claim_next.where(~exists().where(_failing.destination == _line))
_claim_try = (
    update(_failing)
    .where(_failing.destination == _line, _may_be_tried, exists().where(_is_of_line))
    .values(tried_until=now_ + CLAIM)
)
_end_try = update(_failing).where(_failing.destination == _line).values(tried_until=0)
_failed_again = (
    update(_failing)
    .where(_failing.destination == _line)
    .values(
        failures=_failing.failures + 1,
        tried_until=0,
        last_error=bindparam("error"),
        next_try_at=now_
        + case(
            *(
                (_failing.failures == failures, pause_after(failures + 1))
                for failures in range(1, retries.LAST_REFUSAL)
            ),
            else_=retries.LONGEST_PAUSE,
        ),
    )
)
_forget = delete(_failing).where(_failing.destination == _line)
_forget_idle = delete(_failing).where(
    _failing.next_try_at <= now_,
    ~exists().where(_is_unsettled(_waiting), _waiting.destination == _failing.destination),
)
_bring_back = (
    update(_outbox)
    .where(
        unsettled,
        _outbox.destination == _line,
        _outbox.next_attempt_at > now_,
        _outbox.next_attempt_at <= now_ + retries.BEHIND_THE_OTHERS,
        _outbox.refusals == 0,
    )
    .values(next_attempt_at=now_)
)
_try_now = update(_failing).where(_failing.destination == _line).values(next_try_at=0)
_oldest = (
    select(_outbox.id, _outbox.created_at)
    .where(_is_of_line)
    .order_by(_outbox.next_attempt_at, _outbox.id)
    .limit(bindparam("most"))
    .subquery()
)
_give_up = (
    update(_outbox)
    .where(_outbox.id.in_(select(_oldest.c.id).where(_oldest.c.created_at < bindparam("since"))), unsettled)
    .values(given_up_at=now_, last_error=bindparam("error"))
)
_count = (
    select(func.count())
    .select_from(_waiting)
    .where(_is_unsettled(_waiting), _waiting.destination == _failing.destination)
    .scalar_subquery()
)
_late = (
    select(_outbox.id)
    .where(
        unsettled,
        _outbox.destination == _line,
        _outbox.next_attempt_at <= bindparam("since"),
        _outbox.created_at <= bindparam("since"),
        ~exists().where(_failing.destination == _outbox.destination),
    )
    .limit(20)
)
_all_failing = select(
    _failing.destination,
    _failing.failing_since,
    _failing.failures,
    _failing.next_try_at,
    _failing.last_error,
    _count.label("waiting"),
).order_by(_failing.failing_since, _failing.destination)


def due(connection: Connection, now: int) -> list[Line]:
    """Destinations that have messages due and answer, or fail and may be tried."""
    rows = connection.execute(_due_lines, {"now": now})
    return [Line(row[0], row[1] is not None) for row in rows]


def claim(tx: Connection, destination: str, now: int, most: int) -> list[Claimed]:
    """Claim up to `most` messages of a destination that does not fail, the oldest first."""
    return _claimed(tx, _claim_of_answering, destination, now, most)


def claim_try(tx: Connection, destination: str, now: int) -> Claimed | None:
    """Claim the one message that tries a failing destination; None if it is not its time, or another worker tries it."""
    if tx.execute(_claim_try, {"line": destination, "now": now}).rowcount != 1:
        return None
    claimed = _claimed(tx, _claim_next, destination, now, 1)
    if not claimed:
        tx.execute(_end_try, {"line": destination})
        return None
    return claimed[0]


def _claimed(tx: Connection, statement: Any, destination: str, now: int, most: int) -> list[Claimed]:
    rows = tx.execute(statement, {"line": destination, "now": now, "most": most})
    return sorted((outbox.read_claimed(row) for row in rows), key=lambda claimed: claimed.id)


def fails(tx: Connection, destination: str, error: str, now: int, is_try: bool) -> None:
    """The destination fails. `is_try`: its own try has failed, which alone makes the pause longer."""
    row = {
        "destination": destination,
        "failing_since": now,
        "failures": 1,
        "next_try_at": now + pause_after(1),
        "tried_until": 0,
        "last_error": error[:500],
    }
    new = insert_into(tx.dialect.name, FailingDestination).on_conflict_do_nothing(
        index_elements=["destination"]
    )
    if tx.execute(new, row).rowcount != 1 and is_try:
        tx.execute(_failed_again, {"line": destination, "error": error[:500], "now": now})


def answers(tx: Connection, destination: str, now: int) -> None:
    """The destination answers again, or is taken to: its messages are due."""
    if tx.execute(_forget, {"line": destination}).rowcount:
        tx.execute(_bring_back, {"line": destination, "now": now})


def try_now(tx: Connection, destination: str, now: int) -> bool:
    """Let a failing destination be tried at once. False if it does not fail."""
    if tx.execute(_try_now, {"line": destination}).rowcount != 1:
        return False
    tx.execute(_bring_back, {"line": destination, "now": now})
    notifications.send(tx, notifications.MESSAGES)
    return True


def failing(connection: Connection) -> list[Failing]:
    """Every destination that fails, the longest first."""
    return [Failing(*row) for row in connection.execute(_all_failing)]


def late(connection: Connection, since: int) -> list[int]:
    """Ids of up to twenty unclaimed messages that were due at `since`, and whose destination does not fail."""
    lines = every(connection)
    rows = (connection.execute(_late, {"since": since, "line": line}).scalars() for line in lines)
    return [message for line in rows for message in line][:20]


def every(connection: Connection) -> list[str]:
    """Destinations with unsettled messages."""
    return list(connection.execute(_every_line).scalars())


def give_up(tx: Connection, line: Failing, now: int, most: int = 500) -> int:
    """Give up a batch of the messages that waited for a failing destination for longer than their life. Returns their number."""
    since = now - retries.life(line.destination)
    row = {"line": line.destination, "since": since, "error": line.last_error}
    return tx.execute(_give_up, {**row, "now": now, "most": most}).rowcount


def forget_idle(tx: Connection, now: int) -> int:
    """Forget failing destinations to which nothing waits any more."""
    return tx.execute(_forget_idle, {"now": now}).rowcount
