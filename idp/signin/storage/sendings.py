"""Statements on sendings: at most so many messages within a window, strictly, however many workers send."""

from sqlalchemy import Connection, bindparam, func, insert, select

from idp.signin.storage import throttles
from idp.signin.storage.tables import Sending

_count = select(func.count()).where(
    Sending.bucket == bindparam("where"), Sending.sent_at > bindparam("since")
)
_note = insert(Sending)


def take(tx: Connection, bucket: str, now: int, window: int, most: int) -> bool:
    """Take one of `most` places within the last `window` seconds; False if there is none left."""
    # The throttle's row is the lock: a second worker waits here until the first has committed.
    throttles.knock(tx, bucket, now, window)
    taken = tx.execute(_count, {"where": bucket, "since": now - window}).scalar_one()
    if taken >= most:
        return False
    tx.execute(_note, {"bucket": bucket, "sent_at": now})
    return True
