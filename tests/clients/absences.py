"""An invented child whose absences are known to need a reason."""

from datetime import date
from typing import Any

from clients.pronote import schoolwork
from tests.clients.conftest import LÉO


def unexcused(pupil: str, today: date) -> list[schoolwork.Absence]:
    return [absence for absence in schoolwork.absences(pupil, today) if not absence.excused]


def absent_child(today: date) -> dict[str, Any]:
    """The first child with an absence whose reason the school does not know."""
    subs = (f"child-{number}" for number in range(1_000))
    return {**LÉO, "sub": next(sub for sub in subs if unexcused(sub, today))}
