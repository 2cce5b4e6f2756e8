"""Statements on persons for comparison by an administrator."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, exists, func, select

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


def for_comparison(connection: Connection, persons: Collection[int], school: int) -> list[dict[str, Any]]:
    """Fields of persons to compare, with `schools` of a pupil (one text: this school alone) and `children` of a guardian."""
    rows = connection.execute(
        select(*_identity_columns)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id.in_(list(persons)))
    ).mappings()
    return [
        {
            **row,
            "schools": _schools(connection, row["id"], school),
            "children": _children(connection, row["id"], school),
        }
        for row in rows
    ]


def _children(connection: Connection, person: int, school: int) -> list[tuple[str, str, bool]]:
    """(name of a child, code of the relation, whether they are or were at the school), of open and ended links."""
    rows = connection.execute(
        select(
            Person.first_name,
            func.coalesce(Person.usage_name, Person.family_name),
            Guardianship.relation,
            exists().where(Enrolment.pupil_id == Guardianship.pupil_id, Enrolment.school_id == school),
        )
        .join(Guardianship, Guardianship.pupil_id == Person.id)
        .where(Guardianship.guardian_id == person)
        .order_by(Person.birth_date, Person.first_name)
    )
    return [(f"{row[0]} {row[1]}", row[2], bool(row[3])) for row in rows]


def identity_of(connection: Connection, person: int) -> Identity:
    """The identity of a guardian, with the relations of open and ended links."""
    row = connection.execute(select(*_known_by).where(Person.id == person)).one()
    relations = connection.execute(select(Guardianship.relation).where(Guardianship.guardian_id == person))
    return Identity(**row._asdict(), relations=frozenset(relations.scalars()))


def _schools(connection: Connection, person: int, school: int) -> str:
    rows = connection.execute(
        select(School.name, func.coalesce(Enrolment.class_code, ""))
        .join(Enrolment, Enrolment.school_id == School.id)
        .where(Enrolment.pupil_id == person, Enrolment.school_id == school)
    )
    return ", ".join(f"{row[0]} {row[1]}".strip() for row in rows)
