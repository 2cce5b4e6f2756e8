"""Statements on authenticator apps and recovery codes. A code works once: one UPDATE decides."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from idp.database.upserts import insert_into
from idp.factors.storage.tables import AuthenticatorApp, RecoveryCode

_find = select(
    AuthenticatorApp.sealed_secret, AuthenticatorApp.confirmed_at, AuthenticatorApp.last_step
).where(AuthenticatorApp.account_id == bindparam("account"))
_confirm = (
    update(AuthenticatorApp)
    .where(
        AuthenticatorApp.account_id == bindparam("account"),
        AuthenticatorApp.confirmed_at.is_(None),
        AuthenticatorApp.sealed_secret == bindparam("sealed"),
    )
    .values(confirmed_at=bindparam("moment"), last_step=bindparam("step"))
)
_use = (
    update(AuthenticatorApp)
    .where(
        AuthenticatorApp.account_id == bindparam("account"),
        AuthenticatorApp.confirmed_at.is_not(None),
        AuthenticatorApp.last_step < bindparam("step"),
    )
    .values(last_step=bindparam("step"))
)
_remove = delete(AuthenticatorApp).where(AuthenticatorApp.account_id == bindparam("account"))
_remove_newer = delete(AuthenticatorApp).where(
    AuthenticatorApp.account_id == bindparam("account"), AuthenticatorApp.created_at > bindparam("since")
)
_remove_newer_codes = delete(RecoveryCode).where(
    RecoveryCode.account_id == bindparam("account"), RecoveryCode.created_at > bindparam("since")
)
_use_code = (
    update(RecoveryCode)
    .where(
        RecoveryCode.account_id == bindparam("account"),
        RecoveryCode.digest == bindparam("code"),
        RecoveryCode.used_at.is_(None),
    )
    .values(used_at=bindparam("moment"))
)
_remove_codes = delete(RecoveryCode).where(RecoveryCode.account_id == bindparam("account"))
_add_codes = insert(RecoveryCode)
_codes_left = select(func.count()).where(
    RecoveryCode.account_id == bindparam("account"), RecoveryCode.used_at.is_(None)
)


@cache
def _begin(dialect: str) -> Any:
    upsert = insert_into(dialect, AuthenticatorApp).values(
        account_id=bindparam("account"), sealed_secret=bindparam("sealed"), created_at=bindparam("moment")
    )
    return upsert.on_conflict_do_update(
        index_elements=[AuthenticatorApp.account_id],
        set_={"sealed_secret": bindparam("sealed"), "created_at": bindparam("moment")},
        where=AuthenticatorApp.confirmed_at.is_(None),
    )


def begin(tx: Connection, account: int, sealed: str, now: int) -> bool:
    """Store a new unconfirmed secret. False if the account has a confirmed one."""
    return (
        tx.execute(_begin(tx.dialect.name), {"account": account, "sealed": sealed, "moment": now}).rowcount
        == 1
    )


def find(connection: Connection, account: int) -> tuple[str, bool, int] | None:
    """(sealed secret, whether it is confirmed, last step used)."""
    row = connection.execute(_find, {"account": account}).one_or_none()
    return (row[0], row[1] is not None, row[2]) if row else None


def confirm(tx: Connection, account: int, sealed: str, step: int, now: int) -> bool:
    parameters = {"account": account, "sealed": sealed, "step": step, "moment": now}
    return tx.execute(_confirm, parameters).rowcount == 1


def use(tx: Connection, account: int, step: int) -> bool:
    """Use the code of a step. False if this step or a later one was used already."""
    return tx.execute(_use, {"account": account, "step": step}).rowcount == 1


def remove(tx: Connection, account: int) -> bool:
    return tx.execute(_remove, {"account": account}).rowcount == 1


def remove_newer(tx: Connection, account: int, since: int) -> int:
    """Remove the app and recovery codes created after `since`. Returns the number of deleted rows."""
    parameters = {"account": account, "since": since}
    return sum(
        tx.execute(statement, parameters).rowcount for statement in (_remove_newer, _remove_newer_codes)
    )


def replace_codes(tx: Connection, account: int, digests: list[str], now: int) -> None:
    """Replace all recovery codes of an account."""
    tx.execute(_remove_codes, {"account": account})
    if digests:
        tx.execute(
            _add_codes,
            [{"digest": code_digest, "account_id": account, "created_at": now} for code_digest in digests],
        )


def use_recovery_code(tx: Connection, account: int, digest: str, now: int) -> bool:
    """Use a recovery code. True for exactly one caller."""
    return tx.execute(_use_code, {"account": account, "code": digest, "moment": now}).rowcount == 1


def codes_left(connection: Connection, account: int) -> int:
    return int(connection.execute(_codes_left, {"account": account}).scalar_one())
