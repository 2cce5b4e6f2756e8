"""Statements that snapshot a school before and after an import, and restore rows."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select, union, update

from idp.database.chunks import chunks, select_in
from idp.imports.rules.facts import GUARDIAN_FIELDS, PUPIL_FIELDS
from idp.people.storage.accounts import NEXT_GENERATION
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School

TABLES: dict[str, Any] = {
    "persons": Person,
    "accounts": Account,
    "enrolments": Enrolment,
    "guardianships": Guardianship,
    "schools": School,
}
_PERSON = sorted({*PUPIL_FIELDS, *GUARDIAN_FIELDS, "family_folded", "first_folded"})
_ENROLMENT = ("class_code", "mef", "until")
_LINK = ("relation", "level", "source", "school_id", "until")


def snapshot(
    connection: Connection, school: int, persons: Collection[int]
) -> dict[str, dict[int, dict[str, Any]]]:
    """Rows that an import may change: the school's row, its enrolments and links, and these persons with their accounts."""
    links = _columns(Guardianship, _LINK)
    enrolled = Enrolment.school_id == school
    of_pupils = links.join(Enrolment, Enrolment.pupil_id == Guardianship.pupil_id).where(enrolled)
    return {
        "schools": _read(connection.execute(_columns(School, ("school_year",)).where(School.id == school))),
        "enrolments": _read(connection.execute(_columns(Enrolment, _ENROLMENT).where(enrolled))),
        "guardianships": _read(
            connection.execute(union(links.where(Guardianship.school_id == school), of_pupils))
        ),
        "persons": _read(select_in(connection, _columns(Person, _PERSON), Person.id, persons)),
        "accounts": _read(select_in(connection, _columns(Account, ("present",)), Account.person_id, persons)),
    }


def rows_of(
    connection: Connection, table: str, ids: Collection[int], names: Collection[str]
) -> dict[int, Any]:
    """The present values of the columns `names` of these rows."""
    model = TABLES[table]
    return _read(select_in(connection, _columns(model, sorted(names)), model.id, ids))


def put_back(tx: Connection, table: str, row: int, values: Mapping[str, Any]) -> None:
    model = TABLES[table]
    tx.execute(update(model).where(model.id == row).values(**values))


def end_rows(tx: Connection, table: str, ids: Collection[int], now: int) -> None:
    """End enrolments or links that the import had added."""
    model = TABLES[table]
    for piece in chunks(ids):
        tx.execute(update(model).where(model.id.in_(piece), model.until.is_(None)).values(until=now))


def deactivate_accounts(tx: Connection, persons: Collection[int], now: int) -> None:
    """Deactivate accounts that the import had created; their sessions and tokens end."""
    for piece in chunks(persons):
        tx.execute(
            update(Account).where(Account.person_id.in_(piece)).values(present=False, **NEXT_GENERATION)
        )


def _columns(model: Any, names: Collection[str]) -> Any:
    return select(model.id, *(getattr(model, name) for name in names))


def _read(rows: Any) -> dict[int, dict[str, Any]]:
    by_id = {}
    for row in rows:
        values = row._asdict()
        by_id[values.pop("id")] = values
    return by_id
