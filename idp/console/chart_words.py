"""The points of charts in words: (label, short label below the bar or nothing, number)."""

from collections.abc import Sequence
from datetime import date

from flask_babel import format_date, gettext

from idp.web.languages import day

Point = tuple[str, str, int]
LABELS = 7
"""Short labels below a chart of days, about."""


def day_points(numbers: Sequence[tuple[date, int]]) -> list[Point]:
    """The newest day has a short label, and some of the others."""
    apart = max(1, len(numbers) // LABELS)
    return [
        (day(at), str(format_date(at, "d MMM")) if (len(numbers) - 1 - place) % apart == 0 else "", number)
        for place, (at, number) in enumerate(numbers)
    ]


def hour_points(numbers: Sequence[int]) -> list[Point]:
    return [
        (_span(hour), gettext("%(hour)s h", hour=hour) if hour % 3 == 0 else "", number)
        for hour, number in enumerate(numbers)
    ]


def hours_sentence(numbers: Sequence[int]) -> str:
    """What the chart of hours shows, in a sentence."""
    most = max(numbers, default=0)
    if not most:
        return str(gettext("Aucune connexion en 14 jours."))
    span = _span(list(numbers).index(most))
    return str(
        gettext("Le plus de connexions : de %(span)s, %(number)s en 14 jours.", span=span, number=most)
    )


def _span(hour: int) -> str:
    return str(gettext("%(hour)s h à %(next)s h", hour=hour, next=hour + 1))
