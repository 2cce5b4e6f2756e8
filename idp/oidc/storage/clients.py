"""Statements on clients. Every change raises the generation, so that all workers see it at their next request."""

from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from idp.database.engine import raise_generation
from idp.oidc.storage.tables import ClientRow, Grant

DELETED = "deleted"
"""Status of a deleted registration (RFC 7592 §2.3). The row stays, because grants and the audit trail refer to it."""

_there = select(ClientRow.__table__).where(ClientRow.status != DELETED)
_every = _there.order_by(ClientRow.registered_at, ClientRow.client_id)
_find = _there.where(ClientRow.client_id == bindparam("client"))
_add = insert(ClientRow)
_here = update(ClientRow).where(ClientRow.client_id == bindparam("client"), ClientRow.status != DELETED)
_metadata = _here.values(
    metadata_json=bindparam("document"), updated_at=bindparam("moment"), revision=ClientRow.revision + 1
)
_status = _here.values(status=bindparam("new_status"), updated_at=bindparam("moment"))
_secret = _here.values(
    previous_secret_digest=ClientRow.secret_digest,
    previous_secret_until=bindparam("old_until"),
    secret_digest=bindparam("digest"),
    updated_at=bindparam("moment"),
)
_end_previous = _here.values(previous_secret_digest=None, previous_secret_until=None)
_owner = _here.values(owner=bindparam("named"))
_registration_token = _here.values(registration_token_digest=bindparam("digest"))
_uses = (
    select(Grant.client_id, func.max(Grant.issued_at))
    .where(Grant.issued_at > bindparam("since"))
    .group_by(Grant.client_id)
)
_note_use = _here.where(
    or_(ClientRow.last_used_at.is_(None), ClientRow.last_used_at < bindparam("used"))
).values(last_used_at=bindparam("used"))


def every(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(_every).mappings()]


def find(connection: Connection, client: str) -> dict[str, Any] | None:
    row = connection.execute(_find, {"client": client}).mappings().one_or_none()
    return dict(row) if row else None


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)
    raise_generation(tx)


def set_metadata(tx: Connection, client: str, document: str, now: int, revision: int | None = None) -> bool:
    """`revision`: the one that the form showed; False if it has changed since."""
    raise_generation(tx)
    statement = _metadata if revision is None else _metadata.where(ClientRow.revision == revision)
    return tx.execute(statement, {"client": client, "document": document, "moment": now}).rowcount == 1


def set_status(tx: Connection, client: str, status: str, now: int) -> bool:
    raise_generation(tx)
    return tx.execute(_status, {"client": client, "new_status": status, "moment": now}).rowcount == 1


def set_secret(tx: Connection, client: str, digest: str, old_until: int, now: int) -> bool:
    """Set a new secret; the previous one is accepted until `old_until`."""
    raise_generation(tx)
    parameters = {"client": client, "digest": digest, "old_until": old_until, "moment": now}
    return tx.execute(_secret, parameters).rowcount == 1


def end_previous_secret(tx: Connection, client: str) -> bool:
    raise_generation(tx)
    return tx.execute(_end_previous, {"client": client}).rowcount == 1


def set_owner(tx: Connection, client: str, owner: str) -> bool:
    return tx.execute(_owner, {"client": client, "named": owner}).rowcount == 1


def set_registration_token(tx: Connection, client: str, digest: str | None) -> None:
    tx.execute(_registration_token, {"client": client, "digest": digest})


def note_uses(tx: Connection, now: int) -> int:
    """Record when each client last received a code. The worker does this each minute, so that logins need not write it."""
    used = tx.execute(_uses, {"since": now - 300}).all()
    for client, moment in used:
        tx.execute(_note_use, {"client": client, "used": moment})
    return len(used)
