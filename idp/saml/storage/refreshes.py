"""Statements on fetched metadata."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from idp.saml.storage.tables import SamlRefresh


@dataclass(frozen=True)
class Refresh:
    """`tried_at`, `refreshed_at`: epoch seconds. `fault`: of the last fetch, None if it was right."""

    tried_at: int
    refreshed_at: int | None
    fault: str | None


_every = select(SamlRefresh.__table__)
_note = (
    update(SamlRefresh)
    .where(SamlRefresh.service_id == bindparam("service"))
    .values(tried_at=bindparam("moment"), fault=bindparam("reason"))
)
_succeed = _note.values(refreshed_at=bindparam("moment"))
_fault = select(SamlRefresh.fault).where(SamlRefresh.service_id == bindparam("service"))
_add = insert(SamlRefresh)


def every(connection: Connection) -> dict[str, Refresh]:
    """Service id → its last fetch."""
    return {
        row["service_id"]: Refresh(row["tried_at"], row["refreshed_at"], row["fault"])
        for row in connection.execute(_every).mappings()
    }


def note(tx: Connection, service: str, now: int, fault: str | None) -> bool:
    """Record a fetch. True if its fault is another one than that of the fetch before."""
    values = {"service": service, "moment": now, "reason": fault}
    before = tx.execute(_fault, {"service": service}).scalar_one_or_none()
    statement = _note if fault else _succeed
    if tx.execute(statement, values).rowcount == 0:
        row = {
            "service_id": service,
            "tried_at": now,
            "refreshed_at": None if fault else now,
            "fault": fault,
        }
        try:
            with tx.begin_nested():
                tx.execute(_add, row)
        except IntegrityError:
            # Another worker has inserted the row.
            tx.execute(statement, values)
    return fault != before
