"""Statements on pushed authorization requests (RFC 9126)."""

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.oidc.storage.tables import PushedRequest

_keep = insert(PushedRequest)
_find = select(PushedRequest.client_id, PushedRequest.request).where(
    PushedRequest.digest == bindparam("pushed"),
    PushedRequest.expires_at > bindparam("now"),
    PushedRequest.used_at.is_(None),
)
_use = (
    update(PushedRequest)
    .where(PushedRequest.digest == bindparam("pushed"), PushedRequest.used_at.is_(None))
    .values(used_at=bindparam("moment"))
)


def keep(tx: Connection, digest: str, client: str, request: str, expires_at: int) -> None:
    row = {"digest": digest, "client_id": client, "request": request, "expires_at": expires_at}
    tx.execute(_keep, row)


def find(connection: Connection, digest: str, now: int) -> tuple[str, str] | None:
    """(client_id, the request as text) of a request_uri that is unanswered and not expired."""
    row = connection.execute(_find, {"pushed": digest, "now": now}).one_or_none()
    return (row[0], row[1]) if row else None


def use(tx: Connection, digest: str, now: int) -> bool:
    """Answer the request. True for one caller alone."""
    return tx.execute(_use, {"pushed": digest, "moment": now}).rowcount == 1
