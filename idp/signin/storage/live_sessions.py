"""How many sessions live: for metrics, bounded."""

from sqlalchemy import Connection, bindparam, func, select

from idp.signin.storage.tables import Session

MOST = 100_000
"""Sessions that are counted."""

_live = (
    select(Session.sid)
    .where(
        # By ix_sessions_expires_at.
        Session.expires_at > bindparam("now"),
        Session.ended_at.is_(None),
        Session.seen_at > bindparam("used_since"),
    )
    .limit(MOST)
    .subquery()
)
_count = select(func.count()).select_from(_live)


def count(connection: Connection, now: int, idle: int) -> int:
    """Sessions that have not ended, have not expired, and were used within `idle` seconds."""
    return int(connection.execute(_count, {"now": now, "used_since": now - idle}).scalar_one())
