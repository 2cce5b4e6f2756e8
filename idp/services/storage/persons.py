"""Statements on facts about a person that services receive: contacts, children, schools, classes, posts."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    School,
    SourceRecord,
    StaffPost,
)
from idp.services.rules.person_facts import Child, Post, SchoolFacts, Schooling

_details = select(
    Person.birth_date,
    Person.ine,
    Person.mobile,
    Person.address,
    Person.postal_code,
    Person.city,
    Person.updated_at,
).where(Person.id == bindparam("person"))
_schoolings = (
    select(School.uai, School.name, School.degree, Enrolment.class_code, Enrolment.mef)
    .join(School, School.id == Enrolment.school_id)
    .where(Enrolment.pupil_id == bindparam("person"), Enrolment.until.is_(None))
    .order_by(Enrolment.since.desc(), Enrolment.id)
)
_children = (
    select(
        Person.id,
        Person.first_name,
        Person.family_name,
        Person.usage_name,
        Guardianship.relation,
        Guardianship.level,
        Account.subject,
        School.uai,
        School.name,
        School.degree,
        Enrolment.class_code,
        Enrolment.mef,
    )
    .select_from(Guardianship)
    .join(Person, Person.id == Guardianship.pupil_id)
    .outerjoin(Account, Account.person_id == Person.id)
    .outerjoin(Enrolment, (Enrolment.pupil_id == Person.id) & Enrolment.until.is_(None))
    .outerjoin(School, School.id == Enrolment.school_id)
    .where(
        Guardianship.guardian_id == bindparam("person"),
        Guardianship.until.is_(None),
        Guardianship.disputed_at.is_(None),
    )
    .order_by(Person.birth_date, Person.first_name, Enrolment.since.desc())
)
_posts = (
    select(StaffPost.role, School.uai, School.name, School.degree)
    .outerjoin(School, School.id == StaffPost.school_id)
    .where(StaffPost.person_id == bindparam("person"), StaffPost.until.is_(None))
    .order_by(StaffPost.id)
)
_numbers = (
    select(SourceRecord.person_id, School.uai, SourceRecord.source_id)
    .join(School, School.id == SourceRecord.school_id)
    .where(SourceRecord.person_id.in_(bindparam("people", expanding=True)))
    .order_by(SourceRecord.last_seen_at.desc(), SourceRecord.id.desc())
)


@dataclass(frozen=True)
class Details:
    """What is stored of a person beyond their account. `birth_date` is ISO, `updated_at` epoch seconds."""

    birth_date: str | None
    ine: str | None
    mobile: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    updated_at: int


def details(connection: Connection, person: int) -> Details:
    return Details(*connection.execute(_details, {"person": person}).one())


def schoolings(connection: Connection, person: int) -> tuple[Schooling, ...]:
    """The pupil's schools, the newest first."""
    rows = connection.execute(_schoolings, {"person": person})
    return tuple(Schooling(SchoolFacts(row[0], row[1], row[2]), row[3], row[4]) for row in rows)


def children(connection: Connection, person: int) -> tuple[Child, ...]:
    """The children of a guardian, the eldest first; each with their newest school."""
    by_person: dict[int, Child] = {}
    for row in connection.execute(_children, {"person": person}):
        place = Schooling(SchoolFacts(row[7], row[8], row[9]), row[10], row[11]) if row[7] else None
        by_person.setdefault(row[0], Child(row[1], row[3] or row[2], row[4], row[5], row[6], place, row[0]))
    return tuple(by_person.values())


def posts(connection: Connection, person: int) -> tuple[Post, ...]:
    """The posts of a member of staff; a post without a school is at the academy."""
    rows = connection.execute(_posts, {"person": person})
    return tuple(Post(row[0], SchoolFacts(row[1], row[2], row[3]) if row[1] else None) for row in rows)


def numbers(connection: Connection, people: list[int]) -> dict[int, dict[str, str]]:
    """Person → UAI → their number in the base of that school (SIECLE), the newest school first."""
    by_person: dict[int, dict[str, str]] = {}
    for person, uai, number in connection.execute(_numbers, {"people": people}):
        by_person.setdefault(person, {}).setdefault(uai, number)
    return by_person
