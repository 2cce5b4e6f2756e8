"""Deletes expired rows in small batches."""

from sqlalchemy import Connection, and_, delete, select

from idp.durations import DAY, HOUR
from idp.oidc.storage.tables import (
    AccessToken,
    DeviceRequest,
    Grant,
    PushedRequest,
    RefreshFamily,
)


def purge(tx: Connection, now: int, longest_session: int, waits: int, most: int = 500) -> int:
    """Delete a batch; returns the number of rows.

    A grant stays a day longer than its session can last, so that a replayed code is still recognised and a logout
    still notifies its client; then it is deleted once it has no tokens. A pushed request stays `waits` seconds, the longest
    that a login may wait.
    """
    deleted = 0
    for table, key, over in (
        (PushedRequest, PushedRequest.digest, PushedRequest.expires_at < now - waits),
        (DeviceRequest, DeviceRequest.id, DeviceRequest.expires_at < now - HOUR),
        (AccessToken, AccessToken.digest, AccessToken.expires_at < now - DAY),
        (RefreshFamily, RefreshFamily.id, RefreshFamily.expires_at < now - DAY),
        (
            Grant,
            Grant.id,
            and_(
                Grant.issued_at < now - longest_session - DAY,
                ~select(AccessToken.digest).where(AccessToken.grant_id == Grant.id).exists(),
                ~select(RefreshFamily.id).where(RefreshFamily.grant_id == Grant.id).exists(),
            ),
        ),
    ):
        deleted += tx.execute(delete(table).where(key.in_(select(key).where(over).limit(most)))).rowcount
    return deleted
