"""The column `second_factor_since` of accounts, read on every login; `idp.factors` keeps it up to date."""

from sqlalchemy import Connection, bindparam, func, update

from idp.people.storage.tables import Account

_set = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(second_factor_since=func.coalesce(Account.second_factor_since, bindparam("moment")))
)
_clear = update(Account).where(Account.id == bindparam("account")).values(second_factor_since=None)


def note_factor(tx: Connection, account: int, now: int) -> None:
    """The account has a second factor from `now` on, unless it had one before."""
    tx.execute(_set, {"account": account, "moment": now})


def clear_factor(tx: Connection, account: int) -> None:
    """The account has no second factor any more."""
    tx.execute(_clear, {"account": account})
