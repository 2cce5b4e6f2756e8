"""Since when an account has a second factor: read with the account on every login, kept true by `idp.factors`."""

from sqlalchemy import Connection, bindparam, func, update

from idp.people.storage.tables import Account

_set = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(second_factor_since=func.coalesce(Account.second_factor_since, bindparam("moment")))
)
_clear = update(Account).where(Account.id == bindparam("account")).values(second_factor_since=None)


def has_one(tx: Connection, account: int, now: int) -> None:
    """The account has at least one second factor."""
    tx.execute(_set, {"account": account, "moment": now})


def has_none(tx: Connection, account: int) -> None:
    """The last one was removed."""
    tx.execute(_clear, {"account": account})
