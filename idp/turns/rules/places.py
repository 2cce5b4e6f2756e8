"""A place in the line: when its turn comes, for how long it counts, and what the waiting person reads. Pure.

Times are milliseconds since 1970, durations milliseconds, unless a name says otherwise.
"""

import math
from dataclasses import dataclass

SECOND = 1000
TOLERANCE = 2 * SECOND
"""A turn that is no further away has come: so much work may queue for the hashes without a page for anybody."""
COUNTS_FOR = 15 * 60 * SECOND
"""How long after its turn a place counts: the person has to find the letter and type."""
PASSWORDS = 3
"""Passwords that a place allows: who mistypes does not begin at the end of the line."""
LONGEST_LINE = 4 * 3600
"""Seconds that the line can be long; a later turn was given by a clock that ran ahead."""
QUIET = 30
"""Seconds after the last waiting person's turn for which newcomers still get places."""
ASKS_AGAIN = 60
"""Seconds after which a waiting page comes back at the latest, to renew the expected time."""
BEYOND_BUDGET = 20
"""Seconds after which a person comes back whose network has used up its places for now."""


@dataclass(frozen=True)
class Place:
    """`turn`: when the person may sign in. `passwords`: how many may still be checked. `ticket`: its text in the cookie."""

    turn: int
    passwords: int
    ticket: str

    def has_come(self, now: int) -> bool:
        return self.turn <= now + TOLERANCE

    def counts(self, now: int) -> bool:
        """Whether the place is neither too old nor from a clock that ran ahead."""
        return now - COUNTS_FOR < self.turn <= now + LONGEST_LINE * SECOND


@dataclass(frozen=True)
class Forecast:
    """What a waiting person reads. `seconds` until the page comes back; `minutes` expected, 0 for less than one."""

    seconds: int
    minutes: int


def forecast(turn: int, now: int) -> Forecast:
    """For the turn of a place; the page comes back when it has come, or to renew the expected time."""
    left = max(1, math.ceil((turn - now) / SECOND))
    return Forecast(min(left, ASKS_AGAIN), 0 if left <= ASKS_AGAIN else math.ceil(left / 60))


@dataclass(frozen=True)
class Budget:
    """Places of a network address: `burst` at once, then one in `pace` milliseconds."""

    burst: int
    pace: int


def budgets(pace: float) -> tuple[Budget, Budget]:
    """The budgets of a network (IPv4 /24, IPv6 /48) and of an address, if a turn comes every `pace` milliseconds.

    A school is one address: three hundred people at once, and a quarter of all turns as long as others wait too. A
    stranger with one address gets no more, and a network half.
    """
    return Budget(1200, max(1, round(pace * 2))), Budget(300, max(1, round(pace * 4)))


def track_pace(hash_pace: float, queued: int) -> int:
    """Milliseconds between two turns of a process whose hashes take `hash_pace`, `queued` of which wait.

    A tenth faster than the hashes, because some people leave; slower while a second's work or more is queued.
    """
    behind = queued * hash_pace / SECOND
    return max(1, round(hash_pace * (0.9 if behind < 1 else 1 + 0.1 * behind)))
