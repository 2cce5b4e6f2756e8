"""Deleting, in small batches, what has had its time."""

from sqlalchemy import Connection, delete, or_, select

from idp.signin.storage.tables import MailLink, PendingRequest, Session, Throttle

DAY = 86400


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a small batch of what has expired; the number of rows that went."""
    gone = 0
    for table, key, over in (
        (PendingRequest, PendingRequest.id, PendingRequest.expires_at < now - DAY),
        (MailLink, MailLink.digest, MailLink.expires_at < now - 30 * DAY),
        (Throttle, Throttle.bucket, Throttle.last_at < now - DAY),
        (
            Session,
            Session.digest,
            or_(Session.expires_at < now - 30 * DAY, Session.ended_at < now - 30 * DAY),
        ),
    ):
        batch = select(key).where(over).limit(most)
        gone += tx.execute(delete(table).where(key.in_(batch))).rowcount
    return gone
