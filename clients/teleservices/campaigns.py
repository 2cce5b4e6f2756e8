"""The year's campaigns: when each is open, and where it is done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from clients import dates
from clients.dates import LEAP_YEAR, month_day
from clients.languages import N_

YEAR = 366
"""Days of the picture of a school year, which begins on 1 September."""


@dataclass(frozen=True)
class Campaign:
    """`opens` and `closes` are (month, day), both included; a campaign may go over the new year."""

    code: str
    name: str
    opens: tuple[int, int]
    closes: tuple[int, int]
    is_online: bool

    def is_in_season(self, today: date) -> bool:
        day = (today.month, today.day)
        if self.opens <= self.closes:
            return self.opens <= day <= self.closes
        return day >= self.opens or day <= self.closes

    def is_open(self, today: date, open_now: Collection[str] = ()) -> bool:
        """By the calendar, or because its code is in `open_now`. What is done at the school is never open here."""
        return self.is_online and (self.is_in_season(today) or self.code in open_now)

    def state(self, today: date, open_now: Collection[str] = ()) -> str:
        """What a person reads about it."""
        if not self.is_online:
            return N_("Au secrétariat")
        if self.is_open(today, open_now):
            return N_("Ouverte") if self.is_in_season(today) else N_("Ouverte exceptionnellement")
        return N_("Fermée")

    @property
    def season(self) -> str:
        """For instance "du 1er septembre au 16 octobre"."""
        return str(_("du %(first)s au %(last)s", first=month_day(*self.opens), last=month_day(*self.closes)))

    @property
    def place(self) -> tuple[int, int]:
        """(day of the school year on which it opens, how many days it is open)."""
        first = school_day(*self.opens)
        return first, (school_day(*self.closes) - first) % YEAR + 1


def school_day(month: int, day: int) -> int:
    """0 for 1 September, 365 for 31 August."""
    start = date(LEAP_YEAR - 1, 9, 1)
    year = LEAP_YEAR - 1 if month >= 9 else LEAP_YEAR
    return (date(year, month, day) - start).days


def months() -> list[tuple[int, str]]:
    """(its first day of the school year, its short name) of each month, from September."""
    order = (*range(9, 13), *range(1, 9))
    return [(school_day(month, 1), dates.month_name(month)) for month in order]


CAMPAIGNS = (
    Campaign("fiche", N_("Fiche de renseignements"), (9, 1), (12, 31), True),
    Campaign("bourse", N_("Demande de bourse"), (9, 1), (10, 16), True),
    Campaign("orientation", N_("Orientation"), (12, 1), (6, 12), True),
    Campaign("paiement", N_("Paiement de la cantine"), (10, 1), (6, 30), False),
    Campaign("affectation", N_("Affectation après la 3e"), (5, 5), (5, 26), False),
    Campaign("inscription", N_("Inscription"), (6, 8), (7, 4), False),
)


def campaign(code: str) -> Campaign:
    """The campaign with this code. Raises StopIteration without it."""
    return next(candidate for candidate in CAMPAIGNS if candidate.code == code)


def is_open(code: str, today: date, open_now: Collection[str]) -> bool:
    """Whether the campaign `code` takes answers today."""
    return any(campaign.code == code and campaign.is_open(today, open_now) for campaign in CAMPAIGNS)
