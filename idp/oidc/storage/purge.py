"""Deleting, in small batches, what has had its time."""

from sqlalchemy import Connection, and_, delete, select

from idp.oidc.storage.tables import (
    AccessToken,
    DeviceRequest,
    Grant,
    PushedRequest,
    RefreshFamily,
    UsedAssertion,
)

DAY = 86400


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch; the number of rows that went.

    A grant stays a day longer than its session can last, so that a replayed code is still known and a logout still
    finds whom to tell; then it goes when no token hangs on it.
    """
    gone = 0
    for table, key, over in (
        (UsedAssertion, UsedAssertion.id, UsedAssertion.expires_at < now),
        (PushedRequest, PushedRequest.digest, PushedRequest.expires_at < now - DAY),
        (DeviceRequest, DeviceRequest.id, DeviceRequest.expires_at < now - DAY),
        (AccessToken, AccessToken.digest, AccessToken.expires_at < now - DAY),
        (RefreshFamily, RefreshFamily.id, RefreshFamily.expires_at < now - DAY),
        (
            Grant,
            Grant.id,
            and_(
                Grant.issued_at < now - 2 * DAY,
                ~select(AccessToken.digest).where(AccessToken.grant_id == Grant.id).exists(),
                ~select(RefreshFamily.id).where(RefreshFamily.grant_id == Grant.id).exists(),
            ),
        ),
    ):
        gone += tx.execute(delete(table).where(key.in_(select(key).where(over).limit(most)))).rowcount
    return gone
