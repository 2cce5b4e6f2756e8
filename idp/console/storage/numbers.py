"""Statements that count: how far a school is with its letters and activations, how many log in a day."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from sqlalchemy import Connection, func, select

from idp.audit.storage.tables import AuditRecord, AuditSeal
from idp.console.storage.tables import Counted, LoginDay
from idp.database.chunks import select_in
from idp.database.upserts import upsert
from idp.messages.storage.outbox import OutboxMessage
from idp.people.rules.mail_addresses import foldings
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost
from idp.runtime.context import day_of


@dataclass(frozen=True)
class ClassNumbers:
    """One class: its families' accounts by state. `name` None: pupils without a class."""

    name: str | None
    pupils: int
    pupils_active: int
    guardians: int
    guardians_active: int
    letters_out: int


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
            if state == "notified":
                counts[code]["letters"] += number
    return [
        ClassNumbers(
            code,
            of_class["pupil"],
            of_class["pupil active"],
            of_class["guardian"],
            of_class["guardian active"],
            of_class["letters"],
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
    return ClassNumbers(
        None,
        counts["pupil"],
        counts["pupil active"],
        counts["guardian"],
        counts["guardian active"],
        counts["pupil notified"] + counts["guardian notified"],
    )


@dataclass(frozen=True)
class SchoolNumbers:
    id: int
    uai: str
    name: str
    accounts: int
    active: int
    imported_at: int | None


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


def logins_a_day(connection: Connection, school: int, now: int, days: int = 14) -> list[tuple[str, int]]:
    """(ISO day, logins) of the last days, the newest first; a day without any is 0."""
    today = day_of(now)
    days_of_period = [(today - timedelta(days=back)).isoformat() for back in range(days)]
    rows = connection.execute(
        select(LoginDay.day, LoginDay.logins).where(
            LoginDay.school_id == school, LoginDay.day >= days_of_period[-1]
        )
    )
    logins = {row.day: row.logins for row in rows}
    return [(day, logins.get(day, 0)) for day in days_of_period]


def count_logins(tx: Connection, _now: int, most: int = 2000) -> int:
    """Count what has been sealed since the last time; how many records were read: those of whole seals, `most` or a few more.

    Seals come one after another, while the ids of records may be committed out of order.
    """
    last = tx.execute(select(Counted.number).where(Counted.id == Counted.LOGINS)).scalar_one_or_none() or 0
    sizes = tx.execute(
        select(AuditSeal.number, AuditSeal.count.label("records"))
        .where(AuditSeal.number > last)
        .order_by(AuditSeal.number)
        .limit(most)
    ).all()
    if not sizes:
        return 0
    sums = accumulate(size.records for size in sizes)
    end = next(
        (size.number for size, sum_ in zip(sizes, sums, strict=True) if sum_ >= most), sizes[-1].number
    )
    rows = tx.execute(
        select(AuditRecord.act, AuditRecord.at, AuditRecord.subject).where(
            AuditRecord.seal > last, AuditRecord.seal <= end
        )
    ).all()
    logins = [
        (day_of(row.at).isoformat(), int(row.subject.partition(":")[2]))
        for row in rows
        if row.act in ("sign_in", "sign_in.federated") and row.subject.startswith("account:")
    ]
    schools = _schools_of(tx, {account for _, account in logins})
    counted = Counter((day, school) for day, account in logins for school in schools.get(account, ()))
    for (day, school), number in counted.items():
        present = tx.execute(
            select(LoginDay.logins).where(LoginDay.day == day, LoginDay.school_id == school)
        ).scalar_one_or_none()
        row = {"day": day, "school_id": school, "logins": (present or 0) + number}
        upsert(tx, LoginDay, ("day", "school_id"), [row])
    upsert(tx, Counted, ("id",), [{"id": Counted.LOGINS, "number": end}])
    return len(rows)


def _schools_of(connection: Connection, accounts: set[int]) -> dict[int, set[int]]:
    """Account → the present schools of its person."""
    # One table a statement: in a join, SQLite may compare the whole list for each row of the other table.
    holders = select_in(connection, select(Account.id, Account.person_id), Account.id, accounts)
    account_of = {row.person_id: row.id for row in holders}
    links = select(Guardianship.guardian_id, Guardianship.pupil_id).where(Guardianship.until.is_(None))
    own = {person: {account} for person, account in account_of.items()}
    whose: dict[int, set[int]] = defaultdict(
        set, {person: set(accounts_of_person) for person, accounts_of_person in own.items()}
    )
    for guardian, pupil in select_in(connection, links, Guardianship.guardian_id, account_of):
        whose[pupil].add(account_of[guardian])
    enrolled = select(Enrolment.pupil_id, Enrolment.school_id).where(Enrolment.until.is_(None))
    at_work = select(StaffPost.person_id, StaffPost.school_id).where(
        StaffPost.until.is_(None), StaffPost.school_id.is_not(None)
    )
    schools: dict[int, set[int]] = defaultdict(set)
    for statement, column, holders_of in (
        (enrolled, Enrolment.pupil_id, whose),
        (at_work, StaffPost.person_id, own),
    ):
        for person, school in select_in(connection, statement, column, holders_of):
            for account in holders_of[person]:
                schools[account].add(school)
    return schools


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
