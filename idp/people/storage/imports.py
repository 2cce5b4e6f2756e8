"""Statements of an import: who is present, and whole sets of rows written at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from idp.people.rules.import_facts import (
    GUARDIAN_FIELDS,
    PUPIL_FIELDS,
    PresentGuardian,
    PresentPupil,
)
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    School,
    SourceRecord,
    UsernameCounter,
)

ONE_IMPORT = 20_100_223
"""The number of PostgreSQL's advisory lock; SQLite has one writer anyway."""

PIECE = 2_000
"""Values in one IN (…): every engine takes them."""

Row = Mapping[str, Any]


def take_turn(tx: Connection) -> None:
    """One import at a time: two at once could make two persons, or two usernames, of one."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_IMPORT})


def school(connection: Connection, uai: str) -> tuple[int, int | None] | None:
    """The school's id and the year of its last import."""
    row = connection.execute(select(School.id, School.school_year).where(School.uai == uai)).one_or_none()
    return (row.id, row.school_year) if row else None


def put_school(tx: Connection, uai: str, values: Row) -> int:
    """Change the school's `values`, or add it with them. Its id."""
    found = school(tx, uai)
    if found is None:
        return int(tx.execute(insert(School).values(uai=uai, **values).returning(School.id)).scalar_one())
    if values:
        tx.execute(update(School).where(School.id == found[0]).values(**values))
    return found[0]


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
            Person.id,
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
    found = {row.id: row for row in connection.execute(statement.where(Enrolment.id.is_not(None)))}
    for rows in _in_pieces(connection, statement, Person.ine, ines):
        found.update((row.id, row) for row in rows)
    return tuple(PresentPupil(*row[:-5], bool(row[-5]), *row[-4:-1], bool(row[-1])) for row in found.values())


def present_guardians(
    connection: Connection, school_id: int | None, mobiles: Collection[str], mails: Collection[str]
) -> tuple[PresentGuardian, ...]:
    """Guardians whom the school knows, and guardians of any school who have one of `mobiles` or `mails` (lower case)."""
    statement = select(Person.id, *(getattr(Person, name) for name in GUARDIAN_FIELDS)).where(
        Person.kind == "guardian"
    )
    sources = _sources(connection, school_id)
    found: dict[int, Any] = {}
    for column, values in (
        (Person.id, sources.keys()),
        (Person.mobile, mobiles),
        (func.lower(Person.contact_mail), mails),
    ):
        for rows in _in_pieces(connection, statement, column, values):
            found.update((row.id, row) for row in rows)
    children = _open_links(connection, school_id, found.keys())
    return tuple(
        PresentGuardian(*row, frozenset(sources.get(person, ())), frozenset(children.get(person, ())))
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
    for rows in _in_pieces(connection, statement, Guardianship.guardian_id, guardians):
        for guardian, pupil, relation, said_by in rows:
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
        columns = {name: bindparam(name) for name in rows[0] if name != "person"}
        tx.execute(
            update(Person.__table__).where(Person.id == bindparam("person")).values(columns), list(rows)
        )


def last_numbers(tx: Connection, stems: Collection[str]) -> dict[str, int]:
    """The last homonym number given for each stem that has one."""
    statement = select(UsernameCounter.stem, UsernameCounter.last)
    pieces = _in_pieces(tx, statement, UsernameCounter.stem, stems)
    return {stem: last for rows in pieces for stem, last in rows}


def taken(tx: Connection, usernames: Collection[str]) -> set[str]:
    """Those of `usernames` that somebody has."""
    pieces = _in_pieces(tx, select(Account.username), Account.username, usernames)
    return {row.username for rows in pieces for row in rows}


def keep_numbers(tx: Connection, numbers: Mapping[str, int]) -> None:
    _upsert(tx, UsernameCounter, ("stem",), [{"stem": s, "last": n} for s, n in sorted(numbers.items())])


def add_accounts(tx: Connection, rows: Sequence[Row]) -> None:
    if rows:
        tx.execute(insert(Account), list(rows))


def note_sources(tx: Connection, rows: Sequence[Row]) -> None:
    """`school_id`, `kind`, `source_id`, `person_id`, `last_seen_at`."""
    _upsert(tx, SourceRecord, ("school_id", "kind", "source_id"), rows)


def enrol(tx: Connection, rows: Sequence[Row]) -> None:
    """`pupil_id`, `school_id`, `class_code`, `mef`, `since`, `until`; a pupil who comes back keeps their row."""
    _upsert(tx, Enrolment, ("pupil_id", "school_id"), rows, keep=("since",))


def link(tx: Connection, rows: Sequence[Row]) -> None:
    """Guardianships; one that was ended is opened again, one that a guardian disputed stays disputed."""
    _upsert(tx, Guardianship, ("guardian_id", "pupil_id"), rows, keep=("since",))


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
    for piece in _pieces(values):
        tx.execute(update(table).where(column.in_(piece), table.until.is_(None), *also).values(until=now))


def deactivate(tx: Connection, persons: Collection[int], now: int) -> None:
    """Close the door to those of `persons` whom no school names any more; what was issued to them dies."""
    still = or_(
        exists().where(Enrolment.pupil_id == Account.person_id, Enrolment.until.is_(None)),
        exists().where(Guardianship.guardian_id == Account.person_id, Guardianship.until.is_(None)),
    )
    for piece in _pieces(persons):
        tx.execute(
            update(Account)
            .where(Account.person_id.in_(piece), Account.present, ~still)
            .values(present=False, credentials_since=now + 1)
        )


def reactivate(tx: Connection, persons: Collection[int]) -> None:
    for piece in _pieces(persons):
        tx.execute(update(Account).where(Account.person_id.in_(piece), ~Account.present).values(present=True))


def _upsert(
    tx: Connection, model: Any, keys: tuple[str, ...], rows: Sequence[Row], keep: tuple[str, ...] = ()
) -> None:
    if not rows:
        return
    table: Table = model.__table__
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, *keep)}
    tx.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed), list(rows))


def _pieces(values: Collection[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    return (listed[start : start + PIECE] for start in range(0, len(listed), PIECE))


def _in_pieces(
    connection: Connection, statement: Any, column: Any, values: Collection[Any]
) -> Iterator[Sequence[Any]]:
    return (connection.execute(statement.where(column.in_(piece))).all() for piece in _pieces(values))
