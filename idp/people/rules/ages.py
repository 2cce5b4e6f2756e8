"""The age of a person."""

from datetime import date


def age(birth_date: str, today: date) -> int:
    """Whole years on `today` of a person born on `birth_date` (ISO). Born on 29 February: a year older on 1 March."""
    born = date.fromisoformat(birth_date)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
