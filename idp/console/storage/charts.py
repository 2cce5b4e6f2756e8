"""Statements for the charts of a school's overview."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from idp.console.storage.tables import LoginDay
from idp.people.storage.tables import Account, Enrolment, Guardianship
from idp.runtime.context import begins_at, day_of


@dataclass(frozen=True)
class LoginNumbers:
    """Logins of a school's last days. `by_day`: the oldest first, a day without any is 0. `by_hour`: of the whole period, 24 numbers."""

    by_day: tuple[tuple[date, int], ...]
    by_hour: tuple[int, ...]
    by_service: tuple[tuple[str, int], ...]


def days_until(now: int, days: int) -> list[date]:
    """The last days, the oldest first, where the school is."""
    today = day_of(now)
    return [today - timedelta(days=back) for back in reversed(range(days))]


def logins(connection: Connection, school: int, now: int, days: int) -> LoginNumbers:
    """`by_service`: (id of the service, how often it received somebody), the most first."""
    period = days_until(now, days)
    rows = connection.execute(
        # The days are named one by one: a range would read the rows of every school.
        select(LoginDay.day, LoginDay.logins, LoginDay.by_hour, LoginDay.by_service).where(
            LoginDay.day.in_([day.isoformat() for day in period]), LoginDay.school_id == school
        )
    ).all()
    by_day = {row.day: row.logins for row in rows}
    by_hour: Counter[str] = sum((Counter(json.loads(row.by_hour)) for row in rows), Counter())
    by_service: Counter[str] = sum((Counter(json.loads(row.by_service)) for row in rows), Counter())
    return LoginNumbers(
        tuple((day, by_day.get(day.isoformat(), 0)) for day in period),
        tuple(by_hour[f"{hour:02}"] for hour in range(24)),
        tuple(sorted(by_service.items(), key=lambda item: (-item[1], item[0]))),
    )


def first_logins(connection: Connection, school: int, now: int, days: int) -> tuple[tuple[date, int], ...]:
    """How many people of a school have shown for the first time who they are, on each of the last days; each person once."""
    period = days_until(now, days)
    inside = (Enrolment.school_id == school, Enrolment.until.is_(None))
    came = Account.identity_proved_at >= begins_at(period[0])
    pupils = (
        select(Account.id, Account.identity_proved_at)
        .join(Enrolment, Enrolment.pupil_id == Account.person_id)
        .where(*inside, came)
    )
    guardians = (
        select(Account.id, Account.identity_proved_at)
        .select_from(Enrolment)
        .join(Guardianship, Guardianship.pupil_id == Enrolment.pupil_id)
        .join(Account, Account.person_id == Guardianship.guardian_id)
        .where(*inside, Guardianship.until.is_(None), Guardianship.guardian_id != Guardianship.pupil_id, came)
        .distinct()
    )
    moments = {
        row.id: row.identity_proved_at for part in (pupils, guardians) for row in connection.execute(part)
    }
    counts = Counter(day_of(moment) for moment in moments.values())
    return tuple((day, counts[day]) for day in period)
