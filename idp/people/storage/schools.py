"""Statements on schools, staff posts, and who is who in a school's base."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.people.storage.tables import Account, School, SourceRecord, StaffPost

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


def find(connection: Connection, uai: str) -> tuple[int, int | None] | None:
    """The school's id and the year of its last import."""
    row = connection.execute(_find, {"uai": uai}).one_or_none()
    return (row.id, row.school_year) if row else None


def put(tx: Connection, uai: str, values: Mapping[str, Any]) -> int:
    """Change `values` of the school, or add it with them; its id."""
    found = find(tx, uai)
    if found is None:
        return int(tx.execute(insert(School).values(uai=uai, **values).returning(School.id)).scalar_one())
    tx.execute(update(School).where(School.id == found[0]).values(**values))
    return found[0]


def uai_of(connection: Connection, school: int) -> str:
    return str(connection.execute(select(School.uai).where(School.id == school)).scalar_one())


def keep_mapping(tx: Connection, school: int, mapping: Mapping[str, str]) -> None:
    """How the columns of this school's CSV are called."""
    values = {"csv_mapping": json.dumps(mapping, ensure_ascii=False)}
    tx.execute(update(School).where(School.id == school).values(**values))


def mapping_of(connection: Connection, school: int) -> dict[str, str] | None:
    kept = connection.execute(select(School.csv_mapping).where(School.id == school)).scalar_one_or_none()
    return json.loads(kept) if kept else None


def add_post(tx: Connection, person: int, school_id: int | None, role: str, now: int) -> None:
    tx.execute(insert(StaffPost).values(person_id=person, school_id=school_id, role=role, since=now))


def account_of(connection: Connection, person: int) -> int:
    return int(connection.execute(_account_of, {"person": person}).scalar_one())


def account_by_source(connection: Connection, uai: str, kind: str, source: str) -> int | None:
    row = connection.execute(_account_by_source, {"uai": uai, "kind": kind, "source": source}).one_or_none()
    return int(row.id) if row else None
