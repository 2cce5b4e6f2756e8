"""Turns are counted in tracks, one for each web process: a newcomer takes the next turn of the track that is free first.

So the line has no row that all processes write. A track whose process has ended gets no newcomers.
"""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, String, bindparam, case, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.compiled import Prepared
from idp.database.engine import Model, RowId, Seconds
from idp.database.expired import delete_expired, run
from idp.database.upserts import insert_into
from idp.durations import DAY
from idp.turns.rules.places import LONGEST_LINE, SECOND, Budget

ALIVE = 20
"""Seconds after which the track of a process that gives no more turns gets no newcomers."""


class Track(Model):
    """`name`: machine and number of the process. Epoch milliseconds: `next_at`, the track's next free turn. `pace`: between two turns."""

    __tablename__ = "sign_in_tracks"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    next_at: Mapped[int] = mapped_column(BigInteger)
    pace: Mapped[int] = mapped_column(RowId)
    seen_at: Mapped[int] = mapped_column(Seconds)


class PlaceBudget(Model):
    """Places taken by a network: `used_until`, epoch milliseconds, is later by the budget's pace with each. `bucket`: a digest."""

    __tablename__ = "place_budgets"
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_until: Mapped[int] = mapped_column(BigInteger)
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)


_now = bindparam("now", type_=BigInteger)
# A turn further away than any line is long was given by a clock that ran ahead.
_begins = case(
    (Track.next_at < _now, _now),
    (Track.next_at > bindparam("furthest", type_=BigInteger), _now),
    else_=Track.next_at,
)
_first_free = (
    select(Track.name)
    .where(Track.seen_at >= bindparam("alive", type_=BigInteger))
    .order_by(Track.next_at)
    .limit(1)
    .scalar_subquery()
)
_take = Prepared(
    update(Track)
    .where(Track.name == _first_free)
    .values(next_at=_begins + Track.pace)
    .returning(Track.next_at, Track.pace)
)
_dead = delete(Track).where(Track.seen_at < bindparam("before", type_=BigInteger))


@cache
def _keep(dialect: str) -> Any:
    upsert = insert_into(dialect, Track)
    changed = {"pace": upsert.excluded.pace, "seen_at": upsert.excluded.seen_at}
    return upsert.on_conflict_do_update(index_elements=[Track.name], set_=changed)


@cache
def _count(dialect: str) -> Prepared:
    upsert = insert_into(dialect, PlaceBudget).values(
        bucket=bindparam("place"),
        used_until=bindparam("first", type_=BigInteger),
        forget_at=bindparam("ends", type_=BigInteger),
    )
    used = case(
        (PlaceBudget.used_until < _now, _now),
        (PlaceBudget.used_until > bindparam("furthest", type_=BigInteger), _now),
        else_=PlaceBudget.used_until,
    )
    return Prepared(
        upsert.on_conflict_do_update(
            index_elements=[PlaceBudget.bucket],
            set_={
                "used_until": used + bindparam("each", type_=BigInteger),
                "forget_at": upsert.excluded.forget_at,
            },
            where=used <= bindparam("latest", type_=BigInteger),
        )
    )


def keep_track(tx: Connection, name: str, pace: int, now: int) -> None:
    """The process `name` takes part, a turn every `pace` milliseconds. `now`: epoch seconds."""
    tx.execute(_dead, {"before": now - DAY})
    row = {"name": name[:100], "next_at": now * SECOND, "pace": pace, "seen_at": now}
    tx.execute(_keep(tx.dialect.name), row)


def take_turn(tx: Connection, now: int) -> int | None:
    """The next turn of the line, epoch milliseconds; None if no process takes part. `now`: epoch seconds."""
    parameters = {"now": now * SECOND, "alive": now - ALIVE, "furthest": (now + LONGEST_LINE) * SECOND}
    row = _take.row(tx, parameters)
    return None if row is None else int(row.next_at) - int(row.pace)


def is_within(tx: Connection, bucket: str, budget: Budget, now: int) -> bool:
    """Count one more place for a network. False if its budget is used up, which counts nothing. `now`: epoch seconds."""
    moment, span = now * SECOND, budget.burst * budget.pace
    parameters = {
        "place": bucket,
        "now": moment,
        "first": moment + budget.pace,
        "each": budget.pace,
        "latest": moment + span - budget.pace,
        "furthest": moment + span,
        "ends": now + span // SECOND + 1,
    }
    return bool(_count(tx.dialect.name).run(tx, parameters))


_expired = delete_expired(PlaceBudget.bucket, PlaceBudget.forget_at)


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of budgets that are whole again. Returns the number of rows."""
    return run(tx, _expired, now, most)
