"""Days as French readers write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SCHOOL = ZoneInfo("Europe/Paris")
"""The clock of the school, wherever the machine stands."""

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def day_of(moment: int) -> date:
    """The day of `moment` (epoch seconds) where the school is."""
    return datetime.fromtimestamp(moment, SCHOOL).date()


def today() -> date:
    return datetime.now(SCHOOL).date()


def in_words(day: date) -> str:
    """For instance "lundi 1er décembre"."""
    return f"{DAYS[day.weekday()]} {month_day(day.month, day.day)}"


def with_year(day: date) -> str:
    """For instance "1er décembre 2026"."""
    return f"{month_day(day.month, day.day)} {day.year}"


def month_day(month: int, day: int) -> str:
    """For instance "1er décembre"."""
    return f"{'1er' if day == 1 else day} {MONTHS[month - 1]}"
