"""Statements on pending requests."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.signin.storage.tables import PendingRequest

_keep = insert(PendingRequest)
_find_pending = select(PendingRequest.__table__).where(PendingRequest.id == bindparam("pending"))
_choose = (
    update(PendingRequest)
    .where(PendingRequest.id == bindparam("pending"))
    .values(profile=bindparam("chosen"))
)
_finish = (
    update(PendingRequest)
    .where(PendingRequest.id == bindparam("pending"), PendingRequest.finished_at.is_(None))
    .values(finished_at=bindparam("moment"))
)


def keep_pending(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_keep, row)


def find_pending(connection: Connection, pending: str) -> dict[str, Any] | None:
    row = connection.execute(_find_pending, {"pending": pending}).mappings().one_or_none()
    return dict(row) if row else None


def choose_profile(tx: Connection, pending: str, profile: str | None) -> None:
    tx.execute(_choose, {"pending": pending, "chosen": profile})


def finish_pending(tx: Connection, pending: str, now: int) -> bool:
    """Mark the request as answered. False if another tab was faster: its answer is the only one."""
    return tx.execute(_finish, {"pending": pending, "moment": now}).rowcount == 1
