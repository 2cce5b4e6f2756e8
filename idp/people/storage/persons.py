"""Statements that show persons to somebody who has to tell them apart."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, select

from idp.people.storage.tables import Account, Enrolment, Person, School

_shown = (
    Person.id,
    Person.kind,
    Person.family_name,
    Person.usage_name,
    Person.first_name,
    Person.birth_date,
    Person.ine,
    Person.mobile,
    Person.contact_mail,
    Person.city,
    Account.username,
    Account.state,
)


def beside(connection: Connection, persons: Collection[int]) -> list[dict[str, Any]]:
    """What two records are compared by; the schools a pupil is in, as one text."""
    rows = connection.execute(
        select(*_shown).join(Account, Account.person_id == Person.id).where(Person.id.in_(list(persons)))
    ).mappings()
    return [{**row, "schools": _schools(connection, row["id"])} for row in rows]


def _schools(connection: Connection, person: int) -> str:
    rows = connection.execute(
        select(School.name, func.coalesce(Enrolment.class_code, ""))
        .join(Enrolment, Enrolment.school_id == School.id)
        .where(Enrolment.pupil_id == person)
    )
    return ", ".join(f"{row[0]} {row[1]}".strip() for row in rows)
