"""Statements on throttles: failures in a row, counted in the database so that all workers and restarts share them."""

from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update

from idp.signin.storage.tables import Throttle

_failures = select(Throttle.failures).where(Throttle.bucket == bindparam("door"))
_lock = update(Throttle).where(Throttle.bucket == bindparam("door")).values(locked_until=bindparam("until"))
_clear = delete(Throttle).where(Throttle.bucket == bindparam("door"))

_forgive = (
    update(Throttle)
    .where(Throttle.bucket == bindparam("door"), Throttle.failures > 0)
    .values(failures=Throttle.failures - 1)
)


@cache
def _knock(dialect: str) -> Any:
    # Each dialect is loaded where it is used: the other one would cost every start 50 ms.
    upsert = (
        import_module(f"sqlalchemy.dialects.{dialect}")
        .insert(Throttle)
        .values(bucket=bindparam("door"), failures=1, last_at=bindparam("moment"), locked_until=0)
    )
    closed = Throttle.locked_until > bindparam("moment")
    forgotten = Throttle.last_at < bindparam("forgotten_before")
    in_a_row = case((closed, Throttle.failures), (forgotten, 1), else_=Throttle.failures + 1)
    return upsert.on_conflict_do_update(
        index_elements=[Throttle.bucket], set_={"failures": in_a_row, "last_at": bindparam("moment")}
    ).returning(Throttle.failures, Throttle.locked_until)


def knock(tx: Connection, door: str, now: int, memory: int) -> tuple[int, int]:
    """Count a try at `door` before it is judged, so that a hundred at once are a hundred.

    Returns (tries in a row, moment until which the door is closed). A closed door counts nothing: a stranger cannot
    keep it closed for ever. Tries followed by `memory` quiet seconds are forgotten.
    """
    parameters = {"door": door, "moment": now, "forgotten_before": now - memory}
    row = tx.execute(_knock(tx.dialect.name), parameters).one()
    return int(row[0]), int(row[1])


def failures(connection: Connection, door: str) -> int:
    """Tries in a row so far."""
    return int(connection.execute(_failures, {"door": door}).scalar() or 0)


def lock(tx: Connection, door: str, until: int) -> None:
    tx.execute(_lock, {"door": door, "until": until})


def clear(tx: Connection, door: str) -> None:
    """The right person came in: forget the tries."""
    tx.execute(_clear, {"door": door})


def forgive(tx: Connection, door: str) -> None:
    """A try was right: at a door that many people share it does not count."""
    tx.execute(_forgive, {"door": door})
