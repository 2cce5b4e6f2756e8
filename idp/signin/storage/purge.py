"""Deleting, in small batches, what has had its time."""

from sqlalchemy import Connection, bindparam, delete, or_, select

from idp.signin.storage.tables import KnownDevice, MailLink, PendingRequest, Sending, Session, Throttle

DAY = 86400


_forget_devices = delete(KnownDevice).where(
    KnownDevice.last_seen_at < bindparam("forgotten_before"),
    KnownDevice.browser.in_(
        select(KnownDevice.browser)
        .where(KnownDevice.last_seen_at < bindparam("forgotten_before"))
        .limit(bindparam("most"))
    ),
)


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a small batch of what has expired; the number of rows that went."""
    gone = tx.execute(_forget_devices, {"forgotten_before": now - 400 * DAY, "most": most}).rowcount
    for table, key, over in (
        (PendingRequest, PendingRequest.id, PendingRequest.expires_at < now - DAY),
        (MailLink, MailLink.digest, MailLink.expires_at < now - 30 * DAY),
        (Throttle, Throttle.bucket, Throttle.last_at < now - DAY),
        (Sending, Sending.id, Sending.sent_at < now - DAY),
        (
            Session,
            Session.digest,
            or_(Session.expires_at < now - 30 * DAY, Session.ended_at < now - 30 * DAY),
        ),
    ):
        batch = select(key).where(over).limit(most)
        gone += tx.execute(delete(table).where(key.in_(batch))).rowcount
    return gone
