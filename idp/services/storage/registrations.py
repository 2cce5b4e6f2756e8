"""Statements on services of CAS and SAML. Every change raises the generation, so that all workers see it at their next request."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.database.engine import raise_generation
from idp.services.storage.tables import ServiceRow

DELETED = "deleted"
"""Status of a deleted registration. The row stays, because participants and the audit trail refer to it."""

_there = select(ServiceRow.__table__).where(ServiceRow.status != DELETED)
_every = _there.order_by(ServiceRow.registered_at, ServiceRow.id)
_find = _there.where(ServiceRow.id == bindparam("service"))
_add = insert(ServiceRow)
_here = update(ServiceRow).where(ServiceRow.id == bindparam("service"), ServiceRow.status != DELETED)
_replace = _here.where(ServiceRow.revision == bindparam("read")).values(
    registration=bindparam("document"),
    owner=bindparam("named"),
    updated_at=bindparam("moment"),
    revision=ServiceRow.revision + 1,
)
_status = _here.values(status=bindparam("new_status"), updated_at=bindparam("moment"))


def every(connection: Connection) -> list[dict[str, Any]]:
    """All services that are not deleted, the oldest first."""
    return [dict(row) for row in connection.execute(_every).mappings()]


def find(connection: Connection, service: str) -> dict[str, Any] | None:
    row = connection.execute(_find, {"service": service}).mappings().one_or_none()
    return dict(row) if row else None


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)
    raise_generation(tx)


def replace(tx: Connection, service: str, document: str, owner: str, revision: int, now: int) -> bool:
    """False if the registration has changed since `revision` was read."""
    raise_generation(tx)
    parameters = {
        "service": service,
        "document": document,
        "named": owner,
        "read": revision,
        "moment": now,
    }
    return tx.execute(_replace, parameters).rowcount == 1


def set_status(tx: Connection, service: str, status: str, now: int) -> bool:
    raise_generation(tx)
    return tx.execute(_status, {"service": service, "new_status": status, "moment": now}).rowcount == 1
