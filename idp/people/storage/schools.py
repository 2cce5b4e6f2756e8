"""Statements on schools, staff posts, and accounts by the identifiers of a school's base."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import CompoundSelect, Connection, bindparam, insert, select, union, update

from idp.database.engine import raise_generation
from idp.people.storage.tables import Account, Enrolment, Guardianship, School, SourceRecord, StaffPost

_find = select(School.id, School.school_year).where(School.uai == bindparam("uai"))
_account_of = select(Account.id).where(Account.person_id == bindparam("person"))
_account_by_source = (
    select(Account.id)
    .join(SourceRecord, SourceRecord.person_id == Account.person_id)
    .join(School, School.id == SourceRecord.school_id)
    .where(
        School.uai == bindparam("uai"),
        SourceRecord.kind == bindparam("kind"),
        SourceRecord.source_id == bindparam("source"),
    )
)
PRESENT_SCHOOLS: CompoundSelect[tuple[int | None]] = union(
    select(Enrolment.school_id).where(Enrolment.pupil_id == bindparam("person"), Enrolment.until.is_(None)),
    select(Enrolment.school_id)
    .join(Guardianship, Guardianship.pupil_id == Enrolment.pupil_id)
    .where(
        Guardianship.guardian_id == bindparam("person"),
        Guardianship.until.is_(None),
        Enrolment.until.is_(None),
    ),
    select(StaffPost.school_id).where(StaffPost.person_id == bindparam("person"), StaffPost.until.is_(None)),
)
"""Ids of the present schools of `person`: as pupil, as guardian of a pupil, as staff."""
_uais_of = select(School.uai).where(School.id.in_(PRESENT_SCHOOLS)).order_by(School.uai)

_names_of = select(School.name).where(School.id.in_(PRESENT_SCHOOLS)).order_by(School.name).limit(2)


def find(connection: Connection, uai: str) -> tuple[int, int | None] | None:
    """(id, school year of the last import) of a school."""
    row = connection.execute(_find, {"uai": uai}).one_or_none()
    return (row.id, row.school_year) if row else None


def put(tx: Connection, uai: str, values: Mapping[str, Any]) -> int:
    """Update the school with `values`, or add it; its id."""
    if "name" in values:
        # Pages show names from a cache.
        raise_generation(tx)
    school = find(tx, uai)
    if school is None:
        return int(tx.execute(insert(School).values(uai=uai, **values).returning(School.id)).scalar_one())
    tx.execute(update(School).where(School.id == school[0]).values(**values))
    return school[0]


def uai_of(connection: Connection, school: int) -> str:
    return str(connection.execute(select(School.uai).where(School.id == school)).scalar_one())


def uais_of(connection: Connection, person: int) -> list[str]:
    """UAIs of the present schools of a person: as pupil, as guardian of a pupil, as staff."""
    return list(connection.execute(_uais_of, {"person": person}).scalars())


def names_of(connection: Connection, person: int) -> list[str]:
    """Names of the present schools of a person, two at most: who belongs to two has no school of their own."""
    return list(connection.execute(_names_of, {"person": person}).scalars())


def store_mapping(tx: Connection, school: int, mapping: Mapping[str, str]) -> None:
    """Store the mapping of a school's CSV columns: column → field."""
    values = {"csv_mapping": json.dumps(mapping, ensure_ascii=False)}
    tx.execute(update(School).where(School.id == school).values(**values))


def mapping_of(connection: Connection, school: int) -> dict[str, str] | None:
    mapping = connection.execute(select(School.csv_mapping).where(School.id == school)).scalar_one_or_none()
    return json.loads(mapping) if mapping else None


def add_post(tx: Connection, person: int, school_id: int | None, role: str, now: int) -> None:
    tx.execute(insert(StaffPost).values(person_id=person, school_id=school_id, role=role, since=now))


def account_of(connection: Connection, person: int) -> int:
    return int(connection.execute(_account_of, {"person": person}).scalar_one())


def account_by_source(connection: Connection, uai: str, kind: str, source: str) -> int | None:
    row = connection.execute(_account_by_source, {"uai": uai, "kind": kind, "source": source}).one_or_none()
    return int(row.id) if row else None
