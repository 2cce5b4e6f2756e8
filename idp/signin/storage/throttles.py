"""Statements on throttles: failures in a row, counted in the database so that they are shared by all workers and survive restarts."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, bindparam, case, delete, select, update

from idp.database.compiled import Prepared
from idp.database.upserts import insert_into
from idp.due_times import furthest
from idp.durations import HOUR
from idp.signin.storage.tables import Throttle

_failures = select(Throttle.failures).where(Throttle.bucket == bindparam("key"))
_lock = (
    update(Throttle)
    .where(Throttle.bucket == bindparam("key"))
    .values(
        locked_until=bindparam("until", type_=BigInteger),
        forget_at=case(
            (Throttle.forget_at > bindparam("until", type_=BigInteger), Throttle.forget_at),
            else_=bindparam("until", type_=BigInteger),
        ),
    )
)
_clear = Prepared(delete(Throttle).where(Throttle.bucket == bindparam("key")))

_forgive = (
    update(Throttle)
    .where(Throttle.bucket == bindparam("key"), Throttle.failures > 0)
    .values(failures=Throttle.failures - 1)
)


@cache
def _count(dialect: str) -> Prepared:
    upsert = insert_into(dialect, Throttle).values(
        bucket=bindparam("key"), failures=1, forget_at=bindparam("ends"), locked_until=0
    )
    # A lock that ends later than the longest lock was set by a clock that ran ahead; it counts as over.
    stranded = Throttle.locked_until > bindparam("furthest")
    closed = and_(Throttle.locked_until > bindparam("moment"), ~stranded)
    lock = case((stranded, 0), else_=Throttle.locked_until)
    forgotten = Throttle.forget_at < bindparam("moment")
    ends = upsert.excluded.forget_at
    later = case((and_(Throttle.locked_until > ends, ~stranded), Throttle.locked_until), else_=ends)
    in_a_row = case((closed, Throttle.failures), (forgotten, 1), else_=Throttle.failures + 1)
    return Prepared(
        upsert.on_conflict_do_update(
            index_elements=[Throttle.bucket],
            set_={"failures": in_a_row, "forget_at": later, "locked_until": lock},
        ).returning(Throttle.failures, Throttle.locked_until)
    )


def count_attempt(tx: Connection, bucket: str, now: int, memory: int, longest: int = HOUR) -> tuple[int, int]:
    """Record an attempt in `bucket` before its credentials are checked: a hundred concurrent attempts count as a hundred.

    Returns (attempts in a row, Unix time until which the bucket is locked). A locked bucket does not count: a stranger
    cannot prolong the lock for ever. Attempts are forgotten after `memory` seconds without a new one, and not before a
    lock ends; the row holds that time, which the purge uses too. `longest`: the longest lock of this bucket in seconds.
    """
    parameters = {"key": bucket, "moment": now, "ends": now + memory, "furthest": furthest(now, longest)}
    row = _count(tx.dialect.name).row(tx, parameters)
    assert row is not None
    return int(row.failures), int(row.locked_until)


def failures(connection: Connection, bucket: str) -> int:
    """Attempts in a row so far."""
    return int(connection.execute(_failures, {"key": bucket}).scalar() or 0)


def lock(tx: Connection, bucket: str, until: int) -> None:
    tx.execute(_lock, {"key": bucket, "until": until})


@cache
def _lock_anew(dialect: str) -> Any:
    upsert = insert_into(dialect, Throttle).values(
        bucket=bindparam("key"), failures=0, forget_at=bindparam("until"), locked_until=bindparam("until")
    )
    until = {name: upsert.excluded[name] for name in ("forget_at", "locked_until")}
    return upsert.on_conflict_do_update(index_elements=[Throttle.bucket], set_=until)


_locked = (
    select(Throttle.bucket)
    .where(
        Throttle.bucket.in_(bindparam("keys", expanding=True)),
        Throttle.locked_until > bindparam("moment"),
        Throttle.locked_until <= bindparam("furthest"),
    )
    .limit(1)
)


def any_is_locked(connection: Connection, buckets: list[str], now: int, longest: int = HOUR) -> bool:
    """Whether one of `buckets` is locked. A lock that ends later than `longest` allows was set by a clock that ran ahead."""
    parameters = {"keys": buckets, "moment": now, "furthest": furthest(now, longest)}
    return connection.execute(_locked, parameters).first() is not None


def lock_network(tx: Connection, bucket: str, until: int) -> None:
    """Lock a bucket whose attempts are counted elsewhere (`network_attempts`)."""
    tx.execute(_lock_anew(tx.dialect.name), {"key": bucket, "until": until})


def clear(tx: Connection, bucket: str) -> None:
    """Forget the attempts after a successful one."""
    _clear.run(tx, {"key": bucket})


def forgive(tx: Connection, bucket: str) -> None:
    """Take back one attempt that was not checked."""
    tx.execute(_forgive, {"key": bucket})
