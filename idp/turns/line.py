"""The line: open while people wait, and closed otherwise, when it costs nobody a statement.

It is open until a time that all processes read with the generation of their caches (`idp.database.engine`). Each process
that refuses a login for want of a hash opens it; each turn that is far away keeps it open.
"""

import socket
from typing import Protocol

from idp.crypto.opaque_tokens import digest
from idp.database.engine import Connection, Connections, transaction
from idp.database.open_line import keep_line_open
from idp.due_times import furthest
from idp.limits.storage import rate_limits, used_once
from idp.runtime.context import application, settings
from idp.turns import tickets
from idp.turns.rules.places import (
    COUNTS_FOR,
    LONGEST_LINE,
    PASSWORDS,
    QUIET,
    SECOND,
    TOLERANCE,
    Place,
    budgets,
    track_pace,
)
from idp.turns.storage import tracks

RENEWED = 5
"""Seconds after which a process renews its track's pace."""


class Pool(Protocol):
    """The pool of hashes: `pace` in milliseconds from one hash to the next, `queue` of those that wait."""

    @property
    def pace(self) -> float: ...
    @property
    def queue(self) -> int: ...


class Track:
    """This process's part in the line. What it knows is in the database too, but for when it wrote there last."""

    def __init__(self, pool: Pool, name: str = "") -> None:
        self.pool = pool
        self.name = f"{socket.gethostname()}/{name}"
        self.renewed_at = 0

    @property
    def pace(self) -> int:
        return track_pace(self.pool.pace, self.pool.queue)


def is_open(now: int) -> bool:
    """Whether people wait, as far as the last request of this process has read. No statement."""
    connections: Connections = application().extensions["connections"]
    return now < connections.line_until <= furthest(now, LONGEST_LINE + QUIET)


def take(address: str, now: int, soonest: int = 0) -> Place | None:
    """A new place at the end of the line; None if the network of `address` has used up its budget.

    `soonest`: epoch milliseconds before which the turn does not come. `now`: epoch seconds.
    """
    track: Track = application().extensions["track"]
    with transaction(durable=False) as tx:
        if not _is_within(tx, address, track.pace, now):
            return None
        if not track.renewed_at <= now < track.renewed_at + RENEWED:
            tracks.keep_track(tx, track.name, track.pace, now)
            track.renewed_at = now
        turn = tracks.take_turn(tx, now)
        if turn is None:
            tracks.keep_track(tx, track.name, track.pace, now)
            turn = tracks.take_turn(tx, now)
        turn = max(turn or 0, soonest)
        if turn > now * SECOND + TOLERANCE or soonest:
            keep_line_open(tx, turn // SECOND + QUIET, furthest(now, LONGEST_LINE + QUIET))
    return tickets.new_place(turn, PASSWORDS)


def again(place: Place, now: int, soonest: int = 0) -> Place | None:
    """The place of a person whose ticket was used for a password that did not match or was not checked; None if it has none left."""
    left = place.passwords - (not soonest)
    return tickets.new_place(max(now * SECOND, soonest), left) if left > 0 else None


def use(place: Place | None, now: int) -> bool:
    """Use a place for one password. False if there is none, its turn has not come, or it was used before."""
    if place is None or not place.counts(now * SECOND) or not place.has_come(now * SECOND):
        return False
    with transaction(durable=False) as tx:
        return used_once.use(tx, tickets.use_of(place), (place.turn + COUNTS_FOR) // SECOND)


def _is_within(tx: Connection, address: str, pace: int, now: int) -> bool:
    around, own = budgets(pace / settings().server.workers)
    buckets = rate_limits.places(address)
    if buckets is None:
        return tracks.is_within(tx, digest(f"place\0{address[:100]}"), own, now)
    network, machine = (
        digest(f"place\0{size}\0{place}") for size, place in zip(("network", "address"), buckets, strict=True)
    )
    return tracks.is_within(tx, network, around, now) and tracks.is_within(tx, machine, own, now)
