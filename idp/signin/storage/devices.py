"""Statements on known devices: browsers in which a person has proved who they are."""

from functools import cache

from sqlalchemy import Connection, bindparam, delete, exists, select

from idp.database.compiled import Prepared
from idp.database.upserts import insert_into
from idp.durations import DAY
from idp.people.storage.tables import Account
from idp.signin.storage.tables import KnownDevice

REMEMBERED = 400 * DAY
"""Seconds after its last use at which a browser is forgotten; also its cookie's Max-Age, the longest in RFC 6265bis."""

_known = Prepared(
    select(
        exists().where(
            KnownDevice.browser == bindparam("browser"), KnownDevice.account_id == bindparam("account")
        )
    )
)
_known_by_name = Prepared(
    select(
        exists().where(
            KnownDevice.browser == bindparam("browser"),
            KnownDevice.account_id == Account.id,
            Account.username == bindparam("username"),
        )
    )
)
_any = Prepared(select(exists().where(KnownDevice.account_id == bindparam("account"))))
_forget = delete(KnownDevice).where(KnownDevice.account_id == bindparam("account"))


@cache
def _remember(dialect: str) -> Prepared:
    upsert = insert_into(dialect, KnownDevice).values(
        browser=bindparam("digest"),
        account_id=bindparam("account"),
        first_seen_at=bindparam("moment"),
        last_seen_at=bindparam("moment"),
    )
    return Prepared(
        upsert.on_conflict_do_update(
            index_elements=[KnownDevice.browser, KnownDevice.account_id],
            set_={"last_seen_at": bindparam("moment")},
        )
    )


def is_known(connection: Connection, account: int, browser: str) -> bool:
    """Whether the account's person has proved in this browser who they are."""
    return bool(_known.value(connection, {"account": account, "browser": browser}))


def is_known_by_name(connection: Connection, username: str, browser: str) -> bool:
    """The same for a username, which may belong to no account."""
    return bool(_known_by_name.value(connection, {"username": username, "browser": browser}))


def has_any(connection: Connection, account: int) -> bool:
    """Whether the account has a known browser: the first browser causes no notice."""
    return bool(_any.value(connection, {"account": account}))


def remember(tx: Connection, account: int, browser: str, now: int) -> None:
    _remember(tx.dialect.name).run(tx, {"account": account, "digest": browser, "moment": now})


def forget_all(tx: Connection, account: int) -> None:
    """Ask again in every browser of the account."""
    tx.execute(_forget, {"account": account})
