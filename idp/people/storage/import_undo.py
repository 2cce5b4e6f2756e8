"""Statements that look at a school before and after an import, and put rows back."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from idp.people.rules.import_facts import GUARDIAN_FIELDS, PUPIL_FIELDS
from idp.people.storage.pieces import pieces, select_in
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
    """What an import may change: the school's own row, its enrolments and links, and these persons with their accounts."""
    links = _columns(Guardianship, _LINK)
    of_pupils = select(Enrolment.pupil_id).where(Enrolment.school_id == school)
    return {
        "schools": _read(connection.execute(_columns(School, ("school_year",)).where(School.id == school))),
        "enrolments": _read(
            connection.execute(_columns(Enrolment, _ENROLMENT).where(Enrolment.school_id == school))
        ),
        "guardianships": _read(
            connection.execute(
                links.where((Guardianship.school_id == school) | Guardianship.pupil_id.in_(of_pupils))
            )
        ),
        "persons": _read(select_in(connection, _columns(Person, _PERSON), Person.id, persons)),
        "accounts": _read(select_in(connection, _columns(Account, ("present",)), Account.person_id, persons)),
    }


def rows_of(
    connection: Connection, table: str, ids: Collection[int], names: Collection[str]
) -> dict[int, Any]:
    """These columns of these rows, as they are now."""
    model = TABLES[table]
    return _read(select_in(connection, _columns(model, sorted(names)), model.id, ids))


def put_back(tx: Connection, table: str, row: int, values: Mapping[str, Any]) -> None:
    model = TABLES[table]
    tx.execute(update(model).where(model.id == row).values(**values))


def end_rows(tx: Connection, table: str, ids: Collection[int], now: int) -> None:
    """Enrolments and links that the import had added."""
    model = TABLES[table]
    for piece in pieces(ids):
        tx.execute(update(model).where(model.id.in_(piece), model.until.is_(None)).values(until=now))


def shut_out(tx: Connection, persons: Collection[int], now: int) -> None:
    """Accounts that the import had opened: nobody signs in with them, and what was issued dies."""
    for piece in pieces(persons):
        tx.execute(
            update(Account)
            .where(Account.person_id.in_(piece))
            .values(present=False, credentials_since=now + 1)
        )


def _columns(model: Any, names: Collection[str]) -> Any:
    return select(model.id, *(getattr(model, name) for name in names))


def _read(rows: Any) -> dict[int, dict[str, Any]]:
    found = {}
    for row in rows:
        values = row._asdict()
        found[values.pop("id")] = values
    return found
