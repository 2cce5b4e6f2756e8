"""Statements on what the office has said of ambiguous records."""

from typing import Any

from sqlalchemy import Connection, delete, select

from idp.people.storage.import_tables import ImportDecision
from idp.people.storage.upserts import upsert


def of_school(connection: Connection, school: int | None) -> dict[tuple[str, str], int | None]:
    """(kind, source_id) → person, None: somebody new."""
    rows = connection.execute(
        select(ImportDecision.kind, ImportDecision.source_id, ImportDecision.person_id).where(
            ImportDecision.school_id == school
        )
    )
    return {(row.kind, row.source_id): row.person_id for row in rows}


def decide(tx: Connection, row: dict[str, Any]) -> None:
    upsert(tx, ImportDecision, ("school_id", "kind", "source_id"), [row])


def forget(tx: Connection, school: int, kind: str, source: str) -> None:
    """The office has changed its mind: the record is ambiguous again."""
    tx.execute(
        delete(ImportDecision).where(
            ImportDecision.school_id == school,
            ImportDecision.kind == kind,
            ImportDecision.source_id == source,
        )
    )
