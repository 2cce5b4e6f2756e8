"""A service that people sign in to: the facts common to all protocols."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """`id` is unique among the services of all protocols.

    `first_party`: a service of the school, which needs no consent. `season_from` and `season_until` are days of the year
    (MM-DD); `accepted_schools` are UAIs, an empty tuple means all schools.
    """

    id: str
    name: str
    first_party: bool = False
    season_from: str | None = None
    season_until: str | None = None
    accepted_schools: tuple[str, ...] = ()
