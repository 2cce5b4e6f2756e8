"""Statements on passkeys."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from idp.factors.storage.tables import Passkey, PasskeyHandle


@dataclass(frozen=True)
class StoredPasskey:
    """A passkey. `credential_id` and `public_key` are URL-safe base64."""

    credential_id: str
    account: int
    public_key: str
    sign_count: int
    synced: bool
    name: str
    created_at: int
    last_used_at: int | None


_columns = (
    Passkey.credential_id,
    Passkey.account_id,
    Passkey.public_key,
    Passkey.sign_count,
    Passkey.synced,
    Passkey.name,
    Passkey.created_at,
    Passkey.last_used_at,
)
_find = select(*_columns).where(Passkey.credential_id == bindparam("credential"))
_of = select(*_columns).where(Passkey.account_id == bindparam("account")).order_by(Passkey.created_at)
_add = insert(Passkey)
_used = (
    update(Passkey)
    .where(
        Passkey.credential_id == bindparam("credential"),
        or_(Passkey.sign_count < bindparam("count"), bindparam("count") == 0),
    )
    .values(sign_count=bindparam("count"), last_used_at=bindparam("moment"))
)
_own = Passkey.credential_id == bindparam("credential"), Passkey.account_id == bindparam("account")
_remove = delete(Passkey).where(*_own)
_remove_newer = delete(Passkey).where(
    Passkey.account_id == bindparam("account"), Passkey.created_at > bindparam("since")
)
_remove_all = delete(Passkey).where(Passkey.account_id == bindparam("account"))
_rename = update(Passkey).where(*_own).values(name=bindparam("new_name"))
_handle = select(PasskeyHandle.handle).where(PasskeyHandle.account_id == bindparam("account"))
_add_handle = insert(PasskeyHandle)


def find(connection: Connection, credential: str) -> StoredPasskey | None:
    row = connection.execute(_find, {"credential": credential}).one_or_none()
    return StoredPasskey(*row) if row else None


def of_account(connection: Connection, account: int) -> list[StoredPasskey]:
    """The passkeys of an account, the oldest first."""
    return [StoredPasskey(*row) for row in connection.execute(_of, {"account": account})]


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)


def used(tx: Connection, credential: str, count: int, now: int) -> bool:
    """Record a use. False if the counter has not grown (WebAuthn §6.1.1: a clone). Authenticators without a counter send 0."""
    return tx.execute(_used, {"credential": credential, "count": count, "moment": now}).rowcount == 1


def remove(tx: Connection, account: int, credential: str) -> bool:
    return tx.execute(_remove, {"account": account, "credential": credential}).rowcount == 1


def remove_newer(tx: Connection, account: int, since: int) -> int:
    """Remove the passkeys registered after `since`. Returns their number."""
    return tx.execute(_remove_newer, {"account": account, "since": since}).rowcount


def remove_all(tx: Connection, account: int) -> None:
    tx.execute(_remove_all, {"account": account})


def rename(tx: Connection, account: int, credential: str, name: str) -> bool:
    parameters = {"account": account, "credential": credential, "new_name": name}
    return tx.execute(_rename, parameters).rowcount == 1


def handle_of(connection: Connection, account: int) -> str | None:
    handle: str | None = connection.execute(_handle, {"account": account}).scalar_one_or_none()
    return handle


def add_handle(tx: Connection, account: int, handle: str) -> None:
    tx.execute(_add_handle, {"account_id": account, "handle": handle})
