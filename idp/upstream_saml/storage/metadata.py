"""Statements on fetched metadata: one row for each upstream."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from idp.database.upserts import insert_into
from idp.upstream_saml.storage.tables import UpstreamMetadata

_of = select(
    UpstreamMetadata.document,
    UpstreamMetadata.fetched_at,
    UpstreamMetadata.tried_at,
    UpstreamMetadata.fault,
).where(UpstreamMetadata.upstream == bindparam("name"))


@dataclass(frozen=True)
class Fetched:
    """Moments are epoch seconds. `document`: None if nothing was taken over yet."""

    document: str | None
    fetched_at: int | None
    tried_at: int
    fault: str | None


def of(connection: Connection, upstream: str) -> Fetched | None:
    row = connection.execute(_of, {"name": upstream}).one_or_none()
    return Fetched(*row) if row else None


def take_over(tx: Connection, upstream: str, document: str, now: int) -> None:
    """Store a document that was accepted."""
    _put(tx, upstream, {"document": document, "fetched_at": now, "tried_at": now, "fault": None})


def note_fault(tx: Connection, upstream: str, fault: str, now: int) -> None:
    """Store why a document was not accepted: the former one stays."""
    _put(tx, upstream, {"tried_at": now, "fault": fault})


def _put(tx: Connection, upstream: str, values: dict[str, str | int | None]) -> None:
    statement = insert_into(tx.dialect.name, UpstreamMetadata)
    row = {"upstream": upstream, **values}
    tx.execute(statement.on_conflict_do_update(index_elements=["upstream"], set_=values), row)
