"""Days where the school is, as readers of the page's language write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale

SCHOOL = ZoneInfo("Europe/Paris")
"""The clock of the school, wherever the machine stands."""
LEAP_YEAR = 2028
"""A year that has every day of the calendar."""


def day_of(moment: int) -> date:
    """The day of `moment` (epoch seconds) where the school is."""
    return datetime.fromtimestamp(moment, SCHOOL).date()


def today() -> date:
    return datetime.now(SCHOOL).date()


def in_words(day: date) -> str:
    """For instance "lundi 1er décembre"."""
    return _written(day, "EEEE {}")


def with_year(day: date) -> str:
    """For instance "1er décembre 2026"."""
    return _written(day, "{} y")


def weekday(day: date) -> str:
    """For instance "lundi"."""
    return str(format_date(day, "EEEE"))


def short(day: date) -> str:
    """For instance "1 déc."."""
    return str(format_date(day, "d MMM"))


def month_name(month: int) -> str:
    """For instance "déc."."""
    return str(format_date(date(LEAP_YEAR, month, 1), "LLL"))


def month_day(month: int, day: int) -> str:
    """For instance "1er décembre"."""
    return _written(date(LEAP_YEAR, month, day), "{}")


def _written(day: date, pattern: str) -> str:
    """A pattern of CLDR whose {} is the day of the month. French writes the first as an ordinal, which CLDR does not."""
    locale = get_locale()
    is_ordinal = day.day == 1 and (locale is None or locale.language == "fr")
    return str(format_date(day, pattern.format("d'er' MMMM" if is_ordinal else "d MMMM")))
