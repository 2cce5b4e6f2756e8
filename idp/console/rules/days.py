"""Days that a form or an address names, and moments that have a date in every time zone."""

from datetime import date

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Beyond these years no day is meant, and moments near the ends of the calendar have no date in some time zones."""


def read_day(text: str) -> date | None:
    """The day of a text in ISO format, as a browser's date field sends it; None if it is none, or outside of the years above."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def has_date(seconds: int) -> bool:
    """Whether epoch seconds lie within the years above, a day more or less."""
    return -2_209_075_200 <= seconds <= 7_258_204_800
