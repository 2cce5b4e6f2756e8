"""Bulk statements on persons, enrolments, guardianships and the presence of accounts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    exists,
    insert,
    select,
    update,
)

from idp.database.chunks import chunks
from idp.database.upserts import upsert
from idp.people.rules.names import plain
from idp.people.storage import name_words
from idp.people.storage.accounts import NEXT_GENERATION
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    SourceRecord,
)

Row = Mapping[str, Any]


def add_persons(tx: Connection, rows: Sequence[Row]) -> list[int]:
    """Insert persons; their ids in the order of `rows`, which all have the same keys."""
    if not rows:
        return []
    name_words.learn(tx, _words(rows))
    statement = insert(Person).returning(Person.id, sort_by_parameter_order=True)
    return list(tx.execute(statement, list(rows)).scalars())


def change_persons(tx: Connection, rows: Sequence[Row]) -> None:
    """Update persons. Each row: `person` (id), and the same columns in all rows."""
    if rows:
        name_words.learn(tx, _words(rows))
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "person"}
        columns |= {name: bindparam(name) for name in ("family_folded", "first_folded")}
        tx.execute(
            update(Person).where(Person.id == bindparam("person")).values(columns),
            [{**row, **_folded(row)} for row in rows],
        )


def _folded(row: Row) -> dict[str, str]:
    surname = row.get("usage_name") or row["family_name"]
    return {"family_folded": plain(surname)[:100], "first_folded": plain(row["first_name"] or "")[:100]}


def _words(rows: Sequence[Row]) -> set[str]:
    return {word for row in rows for word in _folded(row).values()}


def note_sources(tx: Connection, rows: Sequence[Row]) -> None:
    """`school_id`, `kind`, `source_id`, `person_id`, `last_seen_at`."""
    upsert(tx, SourceRecord, ("school_id", "kind", "source_id"), rows)


def enrol(tx: Connection, rows: Sequence[Row]) -> None:
    """`pupil_id`, `school_id`, `class_code`, `mef`, `since`, `until`; the row of a returning pupil is opened again."""
    upsert(tx, Enrolment, ("pupil_id", "school_id"), rows, keep=("since",))


def link(tx: Connection, rows: Sequence[Row]) -> None:
    """Insert guardianships. An ended one is opened again; a disputed one stays disputed."""
    upsert(tx, Guardianship, ("guardian_id", "pupil_id"), rows, keep=("since",))


def open_links_of_school(tx: Connection, school_id: int) -> dict[tuple[int, int], int]:
    """Row ids of the school's open links by (guardian, pupil)."""
    rows = tx.execute(
        select(Guardianship.guardian_id, Guardianship.pupil_id, Guardianship.id).where(
            Guardianship.school_id == school_id, Guardianship.until.is_(None)
        )
    )
    return {(guardian, pupil): number for guardian, pupil, number in rows}


def end_links(tx: Connection, numbers: Collection[int], now: int) -> None:
    _end(tx, Guardianship, Guardianship.id, numbers, now)


def end_enrolments(tx: Connection, school_id: int, pupils: Collection[int], now: int) -> None:
    _end(tx, Enrolment, Enrolment.pupil_id, pupils, now, Enrolment.school_id == school_id)


def _end(
    tx: Connection,
    table: Any,
    column: Any,
    values: Collection[int],
    now: int,
    *also: ColumnElement[bool],
) -> None:
    for piece in chunks(values):
        tx.execute(update(table).where(column.in_(piece), table.until.is_(None), *also).values(until=now))


def deactivate(tx: Connection, persons: Collection[int], now: int) -> None:
    """Deactivate accounts of `persons` without an open enrolment or guardianship; their sessions and tokens end."""
    # Denied one by one: PostgreSQL may read a whole table to deny an OR.
    named_nowhere = (
        ~exists().where(Enrolment.pupil_id == Account.person_id, Enrolment.until.is_(None)),
        ~exists().where(Guardianship.guardian_id == Account.person_id, Guardianship.until.is_(None)),
    )
    for piece in chunks(persons):
        tx.execute(
            update(Account)
            .where(Account.person_id.in_(piece), Account.present, *named_nowhere)
            .values(present=False, **NEXT_GENERATION)
        )


def reactivate(tx: Connection, persons: Collection[int]) -> None:
    for piece in chunks(persons):
        tx.execute(update(Account).where(Account.person_id.in_(piece), ~Account.present).values(present=True))
