"""The year's campaigns: when each is open, and where it is done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from clients.french_dates import month_day


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
            return "Au secrétariat"
        if self.is_open(today, open_now):
            return "Ouverte" if self.is_in_season(today) else "Ouverte exceptionnellement"
        return "Fermée"

    @property
    def season(self) -> str:
        """For instance "du 1er septembre au 16 octobre"."""
        return f"du {month_day(*self.opens)} au {month_day(*self.closes)}"


CAMPAIGNS = (
    Campaign("fiche", "Fiche de renseignements", (9, 1), (12, 31), True),
    Campaign("bourse", "Demande de bourse", (9, 1), (10, 16), True),
    Campaign("orientation", "Orientation", (12, 1), (6, 12), True),
    Campaign("paiement", "Paiement de la cantine", (10, 1), (6, 30), False),
    Campaign("affectation", "Affectation après la 3e", (5, 5), (5, 26), False),
    Campaign("inscription", "Inscription", (6, 8), (7, 4), False),
)


def is_open(code: str, today: date, open_now: Collection[str]) -> bool:
    """Whether the campaign `code` takes answers today."""
    return any(campaign.code == code and campaign.is_open(today, open_now) for campaign in CAMPAIGNS)
