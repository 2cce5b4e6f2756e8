"""Statements that count: how far a school is with its letters and activations, which mails were lost."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from idp.database.chunks import select_in
from idp.messages.storage.outbox import OutboxMessage
from idp.people.rules.mail_addresses import foldings
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School


@dataclass(frozen=True)
class ClassNumbers:
    """One class: its families' accounts by state. `name` None: pupils without a class."""

    name: str | None
    pupils: int
    pupils_active: int
    guardians: int
    guardians_active: int
    letters_out: int
    without_letter: int = 0
    confirming: int = 0
    locked: int = 0

    @property
    def people(self) -> int:
        return self.pupils + self.guardians

    @property
    def active(self) -> int:
        return self.pupils_active + self.guardians_active


WITHOUT_LETTER = ("created", "expired")
"""States of accounts for which a letter has to be printed."""


def by_class(connection: Connection, school: int) -> list[ClassNumbers]:
    """One line for each class; a guardian of two classes counts in both."""
    inside = (Enrolment.school_id == school, Enrolment.until.is_(None))
    pupils = (
        select(Enrolment.class_code, Account.state, func.count())
        .join(Account, Account.person_id == Enrolment.pupil_id)
        .where(*inside)
        .group_by(Enrolment.class_code, Account.state)
    )
    guardians = (
        select(Enrolment.class_code, Account.state, func.count(Account.id.distinct()))
        .join(Guardianship, Guardianship.pupil_id == Enrolment.pupil_id)
        .join(Account, Account.person_id == Guardianship.guardian_id)
        .where(*inside, Guardianship.until.is_(None), Guardianship.guardian_id != Guardianship.pupil_id)
        .group_by(Enrolment.class_code, Account.state)
    )
    counts: dict[str | None, Counter[str]] = defaultdict(Counter)
    for kind, statement in (("pupil", pupils), ("guardian", guardians)):
        for code, state, number in connection.execute(statement):
            counts[code][kind] += number
            if state == "active":
                counts[code][f"{kind} active"] += number
            counts[code][state] += number
    return [
        ClassNumbers(
            code,
            of_class["pupil"],
            of_class["pupil active"],
            of_class["guardian"],
            of_class["guardian active"],
            *_of_states(of_class),
        )
        for code, of_class in sorted(counts.items(), key=lambda item: (item[0] is None, item[0] or ""))
    ]


def totals(connection: Connection, school: int) -> ClassNumbers:
    """The whole school: everybody once, whatever the number of their classes or children."""
    of_pupils = select(Enrolment.pupil_id).where(Enrolment.school_id == school, Enrolment.until.is_(None))
    of_guardians = select(Guardianship.guardian_id).where(
        Guardianship.pupil_id.in_(of_pupils),
        Guardianship.until.is_(None),
        Guardianship.guardian_id != Guardianship.pupil_id,
    )
    counts: Counter[str] = Counter()
    for kind, persons in (("pupil", of_pupils), ("guardian", of_guardians)):
        rows = connection.execute(
            select(Account.state, func.count()).where(Account.person_id.in_(persons)).group_by(Account.state)
        )
        for state, number in rows:
            counts[kind] += number
            counts[f"{kind} {state}"] += number
            counts[state] += number
    return ClassNumbers(
        None,
        counts["pupil"],
        counts["pupil active"],
        counts["guardian"],
        counts["guardian active"],
        *_of_states(counts),
    )


def _of_states(counts: Counter[str]) -> tuple[int, int, int, int]:
    """Letters that are out, people without a letter, addresses to confirm, locked accounts."""
    without = sum(counts[state] for state in WITHOUT_LETTER)
    return counts["notified"], without, counts["confirming"], counts["locked"]


@dataclass(frozen=True)
class SchoolNumbers:
    id: int
    uai: str
    name: str
    accounts: int
    active: int
    imported_at: int | None

    @property
    def share(self) -> float | None:
        """The share of the pupils' accounts that are active; None for a school without pupils."""
        return self.active / self.accounts if self.accounts else None


_by_school = (
    select(
        School.id,
        School.uai,
        School.name,
        func.count(Account.id),
        func.count(Account.id).filter(Account.state == "active"),
        School.imported_at,
    )
    .outerjoin(Enrolment, (Enrolment.school_id == School.id) & Enrolment.until.is_(None))
    .outerjoin(Account, Account.person_id == Enrolment.pupil_id)
    .group_by(School.id, School.uai, School.name, School.imported_at)
    .order_by(School.name)
)


def by_school(connection: Connection, schools: Collection[int]) -> list[SchoolNumbers]:
    """A line for each of `schools`: its pupils' accounts, and how many are active."""
    return [SchoolNumbers(*row) for row in select_in(connection, _by_school, School.id, schools)]


def of_every_school(connection: Connection) -> list[SchoolNumbers]:
    """The numbers of every school: the statement counts every account."""
    return [SchoolNumbers(*row) for row in connection.execute(_by_school)]


@dataclass(frozen=True)
class LostMail:
    """A mail that was given up, and whose account it was for."""

    account: int
    name: str
    address: str
    reason: str
    at: int


def lost_mails(connection: Connection, since: int, most: int = 200) -> list[LostMail]:
    """Mails given up after `since`, the newest first, for accounts that still have that address."""
    rows = connection.execute(
        select(OutboxMessage.payload, OutboxMessage.last_error, OutboxMessage.given_up_at)
        .where(OutboxMessage.kind == "mail", OutboxMessage.given_up_at > since)
        .order_by(OutboxMessage.given_up_at.desc(), OutboxMessage.id.desc())
        .limit(most)
    ).all()
    lost = {folded: row for row in rows for folded in foldings(json.loads(row.payload).get("to", ""))}
    statement = select(
        Account.id, Person.first_name, Person.family_name, func.lower(Account.mail).label("address")
    ).join(Person, Person.id == Account.person_id)
    return [
        LostMail(
            row.id,
            f"{row.first_name} {row.family_name}",
            row.address,
            lost[row.address].last_error or "",
            lost[row.address].given_up_at,
        )
        for row in select_in(connection, statement, func.lower(Account.mail), [a for a in lost if a])
    ]
