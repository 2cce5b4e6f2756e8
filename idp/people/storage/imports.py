"""Statements of an import: who is present, and whole sets of rows written at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from idp.people.rules.credentials import plain
from idp.people.rules.import_facts import (
    GUARDIAN_FIELDS,
    PUPIL_FIELDS,
    PresentGuardian,
    PresentPupil,
)
from idp.people.storage.pieces import pieces, select_in
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    SourceRecord,
)
from idp.people.storage.upserts import upsert

Row = Mapping[str, Any]


def present_pupils(
    connection: Connection, school_id: int | None, ines: Collection[str]
) -> tuple[PresentPupil, ...]:
    """Pupils who ever were in the school, and pupils of any school who have one of `ines`."""
    source = (SourceRecord.person_id == Person.id) & (SourceRecord.school_id == school_id)
    own = exists().where(
        Guardianship.guardian_id == Person.id,
        Guardianship.pupil_id == Person.id,
        Guardianship.until.is_(None),
    )
    statement = (
        select(
            Person.id.label("person"),
            *(getattr(Person, name) for name in PUPIL_FIELDS),
            (Enrolment.id.is_not(None) & Enrolment.until.is_(None)).label("here"),
            Enrolment.class_code,
            Enrolment.mef,
            func.max(SourceRecord.source_id).label("source_id"),
            own.label("own_guardian"),
        )
        .outerjoin(Enrolment, (Enrolment.pupil_id == Person.id) & (Enrolment.school_id == school_id))
        .outerjoin(SourceRecord, source & (SourceRecord.kind == "pupil"))
        .where(Person.kind == "pupil")
        .group_by(Person.id, Enrolment.id)
    )
    found: dict[int, Any] = {
        row.person: row for row in connection.execute(statement.where(Enrolment.id.is_not(None)))
    }
    found.update((row.person, row) for row in select_in(connection, statement, Person.ine, ines))
    return tuple(PresentPupil(**row._asdict()) for _, row in sorted(found.items()))


def present_guardians(
    connection: Connection, school_id: int | None, mobiles: Collection[str], mails: Collection[str]
) -> tuple[PresentGuardian, ...]:
    """Guardians whom the school knows, and guardians of any school who have one of `mobiles` or `mails` (lower case)."""
    statement = select(Person.id.label("person"), *(getattr(Person, name) for name in GUARDIAN_FIELDS)).where(
        Person.kind == "guardian"
    )
    sources = _sources(connection, school_id)
    found: dict[int, Any] = {}
    for column, values in (
        (Person.id, sources.keys()),
        (Person.mobile, mobiles),
        (func.lower(Person.contact_mail), mails),
    ):
        found.update((row.person, row) for row in select_in(connection, statement, column, values))
    children = _open_links(connection, school_id, found.keys())
    return tuple(
        PresentGuardian(
            **row._asdict(),
            source_ids=frozenset(sources.get(person, ())),
            children=frozenset(children.get(person, ())),
        )
        for person, row in sorted(found.items())
    )


def _sources(connection: Connection, school_id: int | None) -> dict[int, list[str]]:
    rows = connection.execute(
        select(SourceRecord.person_id, SourceRecord.source_id).where(
            SourceRecord.school_id == school_id, SourceRecord.kind == "guardian"
        )
    )
    found: dict[int, list[str]] = {}
    for person, source in rows:
        found.setdefault(person, []).append(source)
    return found


def _open_links(
    connection: Connection, school_id: int | None, guardians: Collection[int]
) -> dict[int, list[tuple[int, str, bool]]]:
    statement = select(
        Guardianship.guardian_id, Guardianship.pupil_id, Guardianship.relation, Guardianship.school_id
    ).where(Guardianship.until.is_(None))
    found: dict[int, list[tuple[int, str, bool]]] = {}
    for guardian, pupil, relation, said_by in select_in(
        connection, statement, Guardianship.guardian_id, guardians
    ):
        found.setdefault(guardian, []).append((pupil, relation, said_by == school_id))
    return found


def add_persons(tx: Connection, rows: Sequence[Row]) -> list[int]:
    """Ids in the order of `rows`, which all have the same keys."""
    if not rows:
        return []
    statement = insert(Person).returning(Person.id, sort_by_parameter_order=True)
    return list(tx.execute(statement, list(rows)).scalars())


def change_persons(tx: Connection, rows: Sequence[Row]) -> None:
    """Each row: `person`, and the same columns in all."""
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "person"}
        columns |= {name: bindparam(name) for name in ("family_folded", "first_folded")}
        tx.execute(
            update(Person).where(Person.id == bindparam("person")).values(columns),
            [{**row, **_folded(row)} for row in rows],
        )


def _folded(row: Row) -> dict[str, str]:
    surname = row.get("usage_name") or row["family_name"]
    return {"family_folded": plain(surname)[:100], "first_folded": plain(row["first_name"] or "")[:100]}


def note_sources(tx: Connection, rows: Sequence[Row]) -> None:
    """`school_id`, `kind`, `source_id`, `person_id`, `last_seen_at`."""
    upsert(tx, SourceRecord, ("school_id", "kind", "source_id"), rows)


def enrol(tx: Connection, rows: Sequence[Row]) -> None:
    """`pupil_id`, `school_id`, `class_code`, `mef`, `since`, `until`; a pupil who comes back keeps their row."""
    upsert(tx, Enrolment, ("pupil_id", "school_id"), rows, keep=("since",))


def link(tx: Connection, rows: Sequence[Row]) -> None:
    """Guardianships; one that was ended is opened again, one that a guardian disputed stays disputed."""
    upsert(tx, Guardianship, ("guardian_id", "pupil_id"), rows, keep=("since",))


def links_said_by(tx: Connection, school_id: int) -> dict[tuple[int, int], int]:
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
    for piece in pieces(values):
        tx.execute(update(table).where(column.in_(piece), table.until.is_(None), *also).values(until=now))


def deactivate(tx: Connection, persons: Collection[int], now: int) -> None:
    """Close the door to those of `persons` whom no school names any more; what was issued to them dies."""
    still = or_(
        exists().where(Enrolment.pupil_id == Account.person_id, Enrolment.until.is_(None)),
        exists().where(Guardianship.guardian_id == Account.person_id, Guardianship.until.is_(None)),
    )
    for piece in pieces(persons):
        tx.execute(
            update(Account)
            .where(Account.person_id.in_(piece), Account.present, ~still)
            .values(present=False, credentials_since=now + 1)
        )


def reactivate(tx: Connection, persons: Collection[int]) -> None:
    for piece in pieces(persons):
        tx.execute(update(Account).where(Account.person_id.in_(piece), ~Account.present).values(present=True))
