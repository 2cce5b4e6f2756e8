"""Statements on a school's decisions about ambiguous records and damaged texts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from idp.database.upserts import upsert
from idp.imports.rules.facts import Decision
from idp.imports.storage.tables import ImportText
from idp.people.storage.tables import ImportDecision


def of_school(connection: Connection, school: int | None) -> dict[tuple[str, str], Decision]:
    """By (kind, source_id). `school` None: a school that is not known yet."""
    if school is None:
        return {}
    columns = (
        ImportDecision.kind,
        ImportDecision.source_id,
        ImportDecision.person_id,
        ImportDecision.left_out,
        ImportDecision.record,
    )
    rows = connection.execute(select(*columns).where(ImportDecision.school_id == school))
    return {(row.kind, row.source_id): Decision(row.person_id, row.left_out, row.record) for row in rows}


def settle_newcomers(tx: Connection, school: int, persons: Mapping[tuple[str, str], int]) -> None:
    """Store the new `persons` in decisions for "a new person"."""
    statement = (
        update(ImportDecision)
        .where(
            ImportDecision.school_id == school,
            ImportDecision.kind == bindparam("of_kind"),
            ImportDecision.source_id == bindparam("source"),
            ImportDecision.person_id.is_(None),
            ImportDecision.left_out.is_(False),
        )
        .values(person_id=bindparam("person"))
    )
    rows = [
        {"of_kind": kind, "source": source, "person": person} for (kind, source), person in persons.items()
    ]
    if rows:
        tx.execute(statement, rows)


def decide(tx: Connection, row: dict[str, Any]) -> None:
    upsert(tx, ImportDecision, ("school_id", "kind", "source_id"), [row])


def texts_of_school(connection: Connection, school: int | None) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind, source_id) → (digest of the texts, answer). `school` as above."""
    if school is None:
        return {}
    columns = (ImportText.kind, ImportText.source_id, ImportText.digest, ImportText.answer)
    rows = connection.execute(select(*columns).where(ImportText.school_id == school))
    return {(row.kind, row.source_id): (row.digest, row.answer) for row in rows}


def answer_text(tx: Connection, row: dict[str, Any]) -> None:
    upsert(tx, ImportText, ("school_id", "kind", "source_id"), [row])


def forget(tx: Connection, school: int, kind: str, source: str) -> None:
    """Delete a decision: the record is ambiguous again."""
    tx.execute(
        delete(ImportDecision).where(
            ImportDecision.school_id == school,
            ImportDecision.kind == kind,
            ImportDecision.source_id == source,
        )
    )
