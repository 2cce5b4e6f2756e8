"""Limits of a service in its registration: schools and days of the year."""

import re

from idp.people.rules.uai import is_uai
from idp.services.rules.registration_reader import Reader

_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def schools(read: Reader) -> tuple[str, ...]:
    """UAIs of the schools that a service serves."""
    values = read.texts("accepted_schools", most=2000)
    if any(not is_uai(value) for value in values):
        read.fault("accepted_schools", "holds UAIs: 7 digits and the letter that goes with them")
    return values


def day_of_year(read: Reader, name: str) -> str | None:
    """MM-DD."""
    value = read.document.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        read.fault(name, "is a day of the year, MM-DD")
        return None
    return value
