"""Statements on clients. Every change raises the generation, so that all workers see it at their next request."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.database import raise_generation
from idp.oidc.storage.tables import ClientRow

_every = select(ClientRow.__table__).order_by(ClientRow.registered_at, ClientRow.client_id)
_find = select(ClientRow.__table__).where(ClientRow.client_id == bindparam("client"))
_add = insert(ClientRow)
_here = update(ClientRow).where(ClientRow.client_id == bindparam("client"))
_metadata = _here.values(metadata_json=bindparam("document"), updated_at=bindparam("moment"))
_status = _here.values(status=bindparam("new_status"), updated_at=bindparam("moment"))
_secret = _here.values(secret_digest=bindparam("digest"), updated_at=bindparam("moment"))


def every(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(_every).mappings()]


def find(connection: Connection, client: str) -> dict[str, Any] | None:
    row = connection.execute(_find, {"client": client}).mappings().one_or_none()
    return dict(row) if row else None


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)
    raise_generation(tx)


def set_metadata(tx: Connection, client: str, document: str, now: int) -> bool:
    raise_generation(tx)
    return tx.execute(_metadata, {"client": client, "document": document, "moment": now}).rowcount == 1


def set_status(tx: Connection, client: str, status: str, now: int) -> bool:
    raise_generation(tx)
    return tx.execute(_status, {"client": client, "new_status": status, "moment": now}).rowcount == 1


def set_secret(tx: Connection, client: str, digest: str, now: int) -> bool:
    raise_generation(tx)
    return tx.execute(_secret, {"client": client, "digest": digest, "moment": now}).rowcount == 1
