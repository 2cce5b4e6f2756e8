"""Deletes expired rows in small batches. `most` bounds a batch; each function returns the number of deleted rows."""

from sqlalchemy import Connection, bindparam, delete, select

from idp.database.expired import delete_expired, run
from idp.durations import DAY
from idp.signin.storage.devices import REMEMBERED
from idp.signin.storage.tables import KnownDevice, MailLink, NetworkAttempt, Sending, Session, Throttle

_forgotten = KnownDevice.last_seen_at < bindparam("before")
_batch = (
    select(KnownDevice.browser)
    .where(_forgotten)
    .order_by(KnownDevice.last_seen_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("batch", nesting=True)
)
_devices = delete(KnownDevice).where(
    _forgotten,
    KnownDevice.browser.in_(select(_batch.c.browser)),
)
_links = delete_expired(MailLink.digest, MailLink.expires_at)
_throttles = delete_expired(Throttle.bucket, Throttle.forget_at)
_network_attempts = delete_expired(NetworkAttempt.id, NetworkAttempt.forget_at)
_sendings = delete_expired(Sending.id, Sending.forget_at)
_sessions = delete_expired(Session.digest, Session.expires_at)


def known_devices(tx: Connection, now: int, most: int) -> int:
    return run(tx, _devices, now - REMEMBERED, most)


def mail_links(tx: Connection, now: int, most: int) -> int:
    """A day late: the mails of an hour are counted by their links."""
    return run(tx, _links, now - DAY, most)


def throttles(tx: Connection, now: int, most: int) -> int:
    return run(tx, _throttles, now, most)


def network_attempts(tx: Connection, now: int, most: int) -> int:
    return run(tx, _network_attempts, now + 1, most)


def sendings(tx: Connection, now: int, most: int) -> int:
    return run(tx, _sendings, now + 1, most)


def sessions(tx: Connection, now: int, most: int) -> int:
    """A day late: an ended session holds its grants back until the worker has revoked them, and names its person at a logout."""
    return run(tx, _sessions, now - DAY, most)
