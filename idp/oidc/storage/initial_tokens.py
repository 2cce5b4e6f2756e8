"""Statements on initial access tokens."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.oidc.storage.tables import InitialAccessToken

_usable = (
    InitialAccessToken.digest == bindparam("token"),
    InitialAccessToken.uses_left > 0,
    InitialAccessToken.expires_at > bindparam("now"),
    InitialAccessToken.revoked_at.is_(None),
)
_find = select(InitialAccessToken.id).where(*_usable)
_use = (
    update(InitialAccessToken)
    .where(*_usable)
    .values(uses_left=InitialAccessToken.uses_left - 1)
    .returning(InitialAccessToken.id)
)
_revoke = (
    update(InitialAccessToken)
    .where(InitialAccessToken.id == bindparam("number"), InitialAccessToken.revoked_at.is_(None))
    .values(revoked_at=bindparam("moment"))
)


def add(tx: Connection, row: dict[str, Any]) -> int:
    statement = insert(InitialAccessToken).values(row).returning(InitialAccessToken.id)
    return int(tx.execute(statement).scalar_one())


def use(tx: Connection, digest: str, now: int) -> int | None:
    number: int | None = tx.execute(_use, {"token": digest, "now": now}).scalar_one_or_none()
    return number


def is_usable(connection: Connection, digest: str, now: int) -> bool:
    return connection.execute(_find, {"token": digest, "now": now}).first() is not None


def label_of(connection: Connection, number: int) -> str:
    statement = select(InitialAccessToken.label).where(InitialAccessToken.id == number)
    return str(connection.execute(statement).scalar_one())


def revoke(tx: Connection, number: int, now: int) -> bool:
    return tx.execute(_revoke, {"number": number, "moment": now}).rowcount == 1


def listed(connection: Connection) -> list[dict[str, Any]]:
    statement = select(InitialAccessToken.__table__).order_by(InitialAccessToken.id.desc())
    rows = connection.execute(statement).mappings()
    return [{key: value for key, value in row.items() if key != "digest"} for row in rows]
