"""Statements on signing keys. Every change raises the generation."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.database.engine import raise_generation
from idp.oidc.storage.tables import SigningKey

_every = select(SigningKey.__table__).order_by(SigningKey.created_at, SigningKey.kid)
_add = insert(SigningKey)
_set = (
    update(SigningKey)
    .where(SigningKey.kid == bindparam("key"))
    .values(
        activates_at=bindparam("new_activates_at"),
        retires_at=bindparam("new_retires_at"),
        removed_at=bindparam("new_removed_at"),
    )
)


def every(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(_every).mappings()]


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)
    raise_generation(tx)


def set_times(
    tx: Connection, kid: str, activates_at: int, retires_at: int | None, removed_at: int | None
) -> None:
    parameters = {
        "key": kid,
        "new_activates_at": activates_at,
        "new_retires_at": retires_at,
        "new_removed_at": removed_at,
    }
    tx.execute(_set, parameters)
    raise_generation(tx)
