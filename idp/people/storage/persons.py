"""Statements on persons for comparison by an administrator."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, select

from idp.people.rules.families import Identity
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School

_identity_columns = (
    Person.id,
    Person.kind,
    Person.civility,
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
_known_by = (
    Person.family_name,
    Person.first_name,
    Person.contact_mail,
    Person.mobile,
    Person.civility,
    Person.usage_name,
)


def for_comparison(connection: Connection, persons: Collection[int]) -> list[dict[str, Any]]:
    """Fields of persons to compare, with `schools` of a pupil (one text) and `children` of a guardian."""
    rows = connection.execute(
        select(*_identity_columns)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id.in_(list(persons)))
    ).mappings()
    return [
        {
            **row,
            "schools": _schools(connection, row["id"]),
            "children": _children(connection, row["id"]),
        }
        for row in rows
    ]


def _children(connection: Connection, person: int) -> list[tuple[str, str]]:
    """(name of a child, code of the relation), of open and ended links."""
    rows = connection.execute(
        select(
            Person.first_name,
            func.coalesce(Person.usage_name, Person.family_name),
            Guardianship.relation,
        )
        .join(Guardianship, Guardianship.pupil_id == Person.id)
        .where(Guardianship.guardian_id == person)
        .order_by(Person.birth_date, Person.first_name)
    )
    return [(f"{row[0]} {row[1]}", row[2]) for row in rows]


def identity_of(connection: Connection, person: int) -> Identity:
    """The identity of a guardian, with the relations of open and ended links."""
    row = connection.execute(select(*_known_by).where(Person.id == person)).one()
    relations = connection.execute(select(Guardianship.relation).where(Guardianship.guardian_id == person))
    return Identity(**row._asdict(), relations=frozenset(relations.scalars()))


def _schools(connection: Connection, person: int) -> str:
    rows = connection.execute(
        select(School.name, func.coalesce(Enrolment.class_code, ""))
        .join(Enrolment, Enrolment.school_id == School.id)
        .where(Enrolment.pupil_id == person)
    )
    return ", ".join(f"{row[0]} {row[1]}".strip() for row in rows)
