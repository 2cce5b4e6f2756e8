"""Statements on waiting devices (RFC 8628)."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.oidc.storage.tables import DeviceRequest

_keep = insert(DeviceRequest)
_by_device = select(DeviceRequest.__table__).where(DeviceRequest.device_digest == bindparam("device"))
_open = (
    DeviceRequest.expires_at > bindparam("now"),
    DeviceRequest.grant_id.is_(None),
    DeviceRequest.refused_at.is_(None),
)
_by_user_code = select(DeviceRequest.__table__).where(DeviceRequest.user_digest == bindparam("typed"), *_open)
_still_open = update(DeviceRequest).where(DeviceRequest.id == bindparam("device"), *_open)
_agree = _still_open.values(grant_id=bindparam("granted"))
_refuse = _still_open.values(refused_at=bindparam("moment"))
_poll = (
    update(DeviceRequest)
    .where(DeviceRequest.id == bindparam("device"))
    .values(next_poll_at=bindparam("next"), pause=bindparam("seconds"))
)


def keep(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_keep, row)


def by_device_code(connection: Connection, digest: str) -> dict[str, Any] | None:
    row = connection.execute(_by_device, {"device": digest}).mappings().one_or_none()
    return dict(row) if row else None


def by_user_code(connection: Connection, digest: str, now: int) -> dict[str, Any] | None:
    """A request that is unanswered and not expired."""
    row = connection.execute(_by_user_code, {"typed": digest, "now": now}).mappings().one_or_none()
    return dict(row) if row else None


def agree(tx: Connection, device: str, grant: str, now: int) -> bool:
    """Record consent. True for one caller alone."""
    return tx.execute(_agree, {"device": device, "granted": grant, "now": now}).rowcount == 1


def refuse(tx: Connection, device: str, now: int) -> bool:
    return tx.execute(_refuse, {"device": device, "moment": now, "now": now}).rowcount == 1


def note_poll(tx: Connection, device: str, next_poll_at: int, pause: int) -> None:
    tx.execute(_poll, {"device": device, "next": next_poll_at, "seconds": pause})
