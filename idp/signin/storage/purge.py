"""Deletes expired rows in small batches."""

from sqlalchemy import Connection, bindparam, delete, or_, select

from idp.durations import DAY
from idp.signin.storage.devices import REMEMBERED
from idp.signin.storage.tables import KnownDevice, MailLink, NetworkAttempt, Sending, Session, Throttle

_forget_devices = delete(KnownDevice).where(
    KnownDevice.last_seen_at < bindparam("forgotten_before"),
    KnownDevice.browser.in_(
        select(KnownDevice.browser)
        .where(KnownDevice.last_seen_at < bindparam("forgotten_before"))
        .limit(bindparam("most"))
    ),
)


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of expired rows. Returns the number of rows."""
    gone = tx.execute(_forget_devices, {"forgotten_before": now - REMEMBERED, "most": most}).rowcount
    for table, key, over in (
        (MailLink, MailLink.digest, MailLink.expires_at < now - 30 * DAY),
        (Throttle, Throttle.bucket, Throttle.forget_at < now),
        (NetworkAttempt, NetworkAttempt.id, NetworkAttempt.forget_at <= now),
        (Sending, Sending.id, Sending.forget_at <= now),
        (
            Session,
            Session.digest,
            or_(Session.expires_at < now - 30 * DAY, Session.ended_at < now - 30 * DAY),
        ),
    ):
        batch = select(key).where(over).limit(most)
        gone += tx.execute(delete(table).where(key.in_(batch))).rowcount
    return gone
