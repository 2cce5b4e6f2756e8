"""Statements on present pupils and guardians: the records of an export are compared with them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Connection,
    exists,
    func,
    select,
)
from sqlalchemy.orm import aliased

from idp.database.chunks import select_in
from idp.imports.rules.facts import GUARDIAN_FIELDS, PUPIL_FIELDS, PresentGuardian, PresentPupil
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    SourceRecord,
)

_Pupil = aliased(Person)


def present_pupils(
    connection: Connection, school_id: int | None, ines: Collection[str]
) -> tuple[PresentPupil, ...]:
    """Pupils with an enrolment in the school, open or ended, and pupils of any school with one of `ines`."""
    source = (SourceRecord.person_id == Person.id) & (SourceRecord.school_id == school_id)
    own = exists().where(
        Guardianship.guardian_id == Person.id,
        Guardianship.pupil_id == Person.id,
        Guardianship.until.is_(None),
    )
    columns = select(
        Person.id.label("person"),
        *(getattr(Person, name) for name in PUPIL_FIELDS),
        (Enrolment.id.is_not(None) & Enrolment.until.is_(None)).label("here"),
        Enrolment.class_code,
        Enrolment.mef,
        func.max(SourceRecord.source_id).label("source_id"),
        own.label("own_guardian"),
    )
    enrolment = (Enrolment.pupil_id == Person.id) & (Enrolment.school_id == school_id)
    here, anywhere = (
        joined.outerjoin(SourceRecord, source & (SourceRecord.kind == "pupil"))
        .where(Person.kind == "pupil")
        .group_by(Person.id, Enrolment.id)
        for joined in (columns.join(Enrolment, enrolment), columns.outerjoin(Enrolment, enrolment))
    )
    enrolled = connection.execute(here) if school_id is not None else ()
    rows: dict[int, Any] = {row.person: row for row in enrolled}
    rows.update((row.person, row) for row in select_in(connection, anywhere, Person.ine, ines))
    return tuple(PresentPupil(**row._asdict()) for _, row in sorted(rows.items()))


def present_guardians(
    connection: Connection,
    school_id: int | None,
    mobiles: Collection[str],
    mails: Collection[str],
    ines: Collection[str] = (),
) -> tuple[PresentGuardian, ...]:
    """Guardians with a source record of the school; guardians of any school with one of `mobiles` or `mails` (`foldings`),
    or with a link, open or ended, to a pupil with one of `ines`.

    A guardian without a source record of the school whose account is closed is left out: a merge has closed it.
    """
    statement = select(Person.id.label("person"), *(getattr(Person, name) for name in GUARDIAN_FIELDS)).where(
        Person.kind == "guardian"
    )
    sources = _sources(connection, school_id)
    rows: dict[int, Any] = {}
    for column, values in (
        (Person.id, sources.keys()),
        (Person.mobile, mobiles),
        (func.lower(Person.contact_mail), mails),
    ):
        rows.update((row.person, row) for row in select_in(connection, statement, column, values))
    of_children = statement.join(Guardianship, Guardianship.guardian_id == Person.id).join(
        _Pupil, _Pupil.id == Guardianship.pupil_id
    )
    rows.update((row.person, row) for row in select_in(connection, of_children, _Pupil.ine, ines))
    for closed in _closed(connection, rows.keys() - sources.keys()):
        del rows[closed]
    children, past = _links(connection, school_id, rows.keys())
    return tuple(
        PresentGuardian(
            **row._asdict(),
            source_ids=frozenset(sources.get(person, ())),
            children=frozenset(children.get(person, ())),
            past=frozenset(past.get(person, ())),
        )
        for person, row in sorted(rows.items())
    )


def _sources(connection: Connection, school_id: int | None) -> dict[int, list[str]]:
    if school_id is None:
        return {}
    rows = connection.execute(
        select(SourceRecord.person_id, SourceRecord.source_id).where(
            SourceRecord.school_id == school_id, SourceRecord.kind == "guardian"
        )
    )
    sources: dict[int, list[str]] = {}
    for person, source in rows:
        sources.setdefault(person, []).append(source)
    return sources


def _closed(connection: Connection, persons: Collection[int]) -> set[int]:
    statement = select(Account.person_id).where(Account.state == "closed")
    return {row.person_id for row in select_in(connection, statement, Account.person_id, persons)}


def _links(
    connection: Connection, school_id: int | None, guardians: Collection[int]
) -> tuple[dict[int, list[tuple[int, str, bool]]], dict[int, list[tuple[int, str]]]]:
    """By guardian: open links (pupil, relation, whether of this school), and ended links (pupil, relation)."""
    statement = select(
        Guardianship.guardian_id,
        Guardianship.pupil_id,
        Guardianship.relation,
        Guardianship.school_id,
        Guardianship.until,
    )
    open_links: dict[int, list[tuple[int, str, bool]]] = {}
    ended_links: dict[int, list[tuple[int, str]]] = {}
    for guardian, pupil, relation, school, until in select_in(
        connection, statement, Guardianship.guardian_id, guardians
    ):
        if until is None:
            open_links.setdefault(guardian, []).append((pupil, relation, school == school_id))
        else:
            ended_links.setdefault(guardian, []).append((pupil, relation))
    return open_links, ended_links
