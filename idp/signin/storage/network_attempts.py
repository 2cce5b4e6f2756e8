"""Statements on attempts that count for a network: a row each, so that people behind one address do not wait for one another.

A count is read after the own attempt is committed: of attempts at the same moment, each sees those that were committed
before, so no more than the budget ever pass. A burst that crosses the budget may have a few less.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from idp.due_times import furthest
from idp.signin.storage.tables import NetworkAttempt

_add = insert(NetworkAttempt).returning(NetworkAttempt.id)
_counts = (
    select(NetworkAttempt.bucket, func.count())
    .where(
        NetworkAttempt.bucket.in_(bindparam("buckets", expanding=True)),
        NetworkAttempt.forget_at > bindparam("moment"),
        NetworkAttempt.forget_at <= bindparam("furthest"),
    )
    .group_by(NetworkAttempt.bucket)
)
_take_back = delete(NetworkAttempt).where(NetworkAttempt.id.in_(bindparam("ids", expanding=True)))
_one_of = (
    select(NetworkAttempt.id)
    .where(NetworkAttempt.bucket == bindparam("of"))
    .order_by(NetworkAttempt.forget_at.desc())
    .limit(1)
    .with_for_update(skip_locked=True)
)


def add(tx: Connection, buckets: Sequence[str], forget_at: int) -> tuple[int, ...]:
    """Record an attempt for each bucket until `forget_at` (epoch seconds). Returns the ids to take it back by."""
    rows = [{"bucket": bucket, "forget_at": forget_at} for bucket in buckets]
    return tuple(tx.execute(_add, rows).scalars())


def counts(connection: Connection, buckets: Sequence[str], now: int, memory: int) -> dict[str, int]:
    """Bucket → attempts that still count. `memory`: the seconds for which an attempt does."""
    parameters = {"buckets": list(buckets), "moment": now, "furthest": furthest(now, memory)}
    return {bucket: count for bucket, count in connection.execute(_counts, parameters)}


def take_back(tx: Connection, ids: Sequence[int]) -> None:
    """Forget attempts that succeeded, or were not checked."""
    tx.execute(_take_back, {"ids": list(ids)})


def take_one_back(tx: Connection, bucket: str) -> None:
    """Forget one attempt of a bucket, whichever: it succeeded in a later request. It waits for no other that is taken back."""
    attempt = tx.execute(_one_of, {"of": bucket}).scalar_one_or_none()
    if attempt is not None:
        take_back(tx, [attempt])
