"""Statements on sent messages: a strict limit within a window, for any number of workers."""

from sqlalchemy import Connection, bindparam, func, insert, select

from idp.due_times import furthest
from idp.signin.storage import throttles
from idp.signin.storage.tables import Sending

_count = select(func.count()).where(
    Sending.bucket == bindparam("where"),
    Sending.forget_at > bindparam("moment"),
    # A message recorded by a clock that ran ahead does not count in the window.
    Sending.forget_at <= bindparam("furthest"),
)
_note = insert(Sending)


def take(tx: Connection, bucket: str, now: int, window: int, most: int) -> bool:
    """Record a message unless `most` were sent within the last `window` seconds. Returns whether it may be sent."""
    # The throttle's row is the lock: a second worker waits here until the first has committed.
    throttles.count_attempt(tx, bucket, now, window)
    taken = tx.execute(
        _count, {"where": bucket, "moment": now, "furthest": furthest(now, window)}
    ).scalar_one()
    if taken >= most:
        return False
    tx.execute(_note, {"bucket": bucket, "forget_at": now + window})
    return True
