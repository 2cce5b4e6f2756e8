"""Deletes expired rows in small batches. `most` bounds a batch; each function returns the number of rows that it has handled.

Grants and refresh families die at times that no column has: `review_at` is when a row has to be looked at, and a row that is
still needed gets a later time. So none is looked at again and again.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update

from idp.database.expired import delete_expired, run
from idp.durations import HOUR
from idp.messages.rules.retries import WORKER
from idp.messages.storage.outbox import OutboxMessage, unsettled
from idp.oidc.rules.retention import (
    LATE_NOTICES,
    GrantAge,
    kept_access_token,
    review_of_family,
    review_of_grant,
)
from idp.oidc.storage.tables import AccessToken, DeviceRequest, Grant, PushedRequest, RefreshFamily
from idp.signin.sessions import SESSION_ENDED

_pushed = delete_expired(PushedRequest.digest, PushedRequest.expires_at)
_devices = delete_expired(DeviceRequest.id, DeviceRequest.expires_at)
_tokens = delete_expired(AccessToken.id, AccessToken.expires_at)


def pushed_requests(tx: Connection, now: int, most: int, waits: int) -> int:
    """`waits`: the longest time in seconds that a login may wait with its pushed request."""
    return run(tx, _pushed, now - waits, most)


def device_requests(tx: Connection, now: int, most: int) -> int:
    """A device that polls an hour late is answered that its code has expired (RFC 8628 §3.5)."""
    return run(tx, _devices, now - HOUR, most)


def access_tokens(tx: Connection, now: int, most: int) -> int:
    return run(tx, _tokens, now - kept_access_token(0), most)


_due_families = (
    select(RefreshFamily.id, RefreshFamily.grant_id, RefreshFamily.rotated_at, RefreshFamily.expires_at)
    .where(RefreshFamily.review_at <= bindparam("now"))
    .order_by(RefreshFamily.review_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_delete_families = delete(RefreshFamily).where(RefreshFamily.id.in_(bindparam("dead", expanding=True)))
_keep_family = (
    update(RefreshFamily).where(RefreshFamily.id == bindparam("family")).values(review_at=bindparam("later"))
)
_review_grants = (
    update(Grant)
    .where(Grant.id.in_(bindparam("orphans", expanding=True)), Grant.review_at > bindparam("now"))
    .values(review_at=bindparam("now"))
)


def refresh_families(tx: Connection, now: int, most: int, idle: int) -> int:
    """Review a batch of families: delete those that have expired or were unused for `idle` seconds, and review their grants."""
    due = tx.execute(_due_families, {"now": now, "most": most}).all()
    reviews = [(row, review_of_family(row.rotated_at, row.expires_at, now, idle)) for row in due]
    dead = [row for row, later in reviews if later is None]
    if dead:
        tx.execute(_delete_families, {"dead": [row.id for row in dead]})
        tx.execute(_review_grants, {"orphans": [row.grant_id for row in dead], "now": now})
    if needed := [{"family": row.id, "later": later} for row, later in reviews if later is not None]:
        tx.execute(_keep_family, needed)
    return len(due)


_due_grants = (
    select(Grant.id, Grant.issued_at, Grant.revoked_at)
    .where(Grant.review_at <= bindparam("now"))
    .order_by(Grant.review_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_of_these: Any = bindparam("due", expanding=True)
_family_ends = select(RefreshFamily.grant_id, RefreshFamily.expires_at).where(
    RefreshFamily.grant_id.in_(_of_these)
)
# Grouped: PostgreSQL finds a lone max() along the index of expiries, and reads every token that lives.
_tokens_end = (
    select(AccessToken.grant_id, func.max(AccessToken.expires_at))
    .where(AccessToken.grant_id.in_(_of_these))
    .group_by(AccessToken.grant_id)
)
_delete_grants = delete(Grant).where(Grant.id.in_(bindparam("dead", expanding=True)))
_keep_grant = update(Grant).where(Grant.id == bindparam("grant")).values(review_at=bindparam("later"))
_late_session_end = select(
    exists().where(
        unsettled,
        OutboxMessage.destination == WORKER,
        OutboxMessage.kind == SESSION_ENDED,
        OutboxMessage.created_at < bindparam("since"),
    )
)


def grants(tx: Connection, now: int, most: int, longest_session: int) -> int:
    """Review a batch of grants: delete those that no token and no logout needs.

    None is deleted while the end of a session waits for longer than usual: its notices are written from the grants.
    """
    if tx.execute(_late_session_end, {"since": now - LATE_NOTICES // 2}).scalar():
        return 0
    due = tx.execute(_due_grants, {"now": now, "most": most}).all()
    if not due:
        return 0
    ids = {"due": [row.id for row in due]}
    families, tokens = (
        {grant: ends for grant, ends in tx.execute(statement, ids)}
        for statement in (_family_ends, _tokens_end)
    )
    reviews = [
        (
            row.id,
            review_of_grant(
                GrantAge(row.issued_at, row.revoked_at is not None, families.get(row.id), tokens.get(row.id)),
                now,
                longest_session,
            ),
        )
        for row in due
    ]
    if dead := [grant for grant, later in reviews if later is None]:
        tx.execute(_delete_grants, {"dead": dead})
    if needed := [{"grant": grant, "later": later} for grant, later in reviews if later is not None]:
        tx.execute(_keep_grant, needed)
    return len(due)
