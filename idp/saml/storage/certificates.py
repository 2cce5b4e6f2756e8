"""Statements on the certificates of SAML. Every change raises the generation."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.database.engine import raise_generation
from idp.saml.storage.tables import SamlCertificate

_every = select(SamlCertificate.__table__).order_by(SamlCertificate.created_at, SamlCertificate.id)
_add = insert(SamlCertificate)
_set = (
    update(SamlCertificate)
    .where(SamlCertificate.id == bindparam("key"))
    .values(
        activates_at=bindparam("new_activates_at"),
        retires_at=bindparam("new_retires_at"),
        removed_at=bindparam("new_removed_at"),
    )
)


def every(connection: Connection) -> list[dict[str, Any]]:
    """All certificates, retired ones too, the oldest first: a few in ten years."""
    return [dict(row) for row in connection.execute(_every).mappings()]


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)
    raise_generation(tx)


def set_times(
    tx: Connection, key: str, activates_at: int, retires_at: int | None, removed_at: int | None
) -> None:
    times = {"new_activates_at": activates_at, "new_retires_at": retires_at, "new_removed_at": removed_at}
    tx.execute(_set, {"key": key, **times})
    raise_generation(tx)
