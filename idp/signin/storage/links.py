"""Statements on the links and codes of mails. A link serves only its own purpose."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from idp.due_times import furthest
from idp.signin.storage.tables import MailLink

RECOVERY = "recovery"
"""The purpose of the link of a lost password."""


@dataclass(frozen=True)
class Link:
    """A link's account, and the address to which it was sent."""

    account: int
    address: str


_replace_links = (
    update(MailLink)
    .where(
        MailLink.account_id == bindparam("account"),
        MailLink.purpose == bindparam("why"),
        MailLink.used_at.is_(None),
        MailLink.replaced_at.is_(None),
    )
    .values(replaced_at=bindparam("moment"))
)
_add_link = insert(MailLink)
_usable = (
    MailLink.purpose == bindparam("why"),
    MailLink.used_at.is_(None),
    MailLink.replaced_at.is_(None),
    MailLink.expires_at > bindparam("now"),
)
_read_link = select(MailLink.account_id, MailLink.address).where(
    MailLink.digest == bindparam("link"), *_usable
)
_use_link = (
    update(MailLink)
    .where(MailLink.digest == bindparam("link"), *_usable)
    .values(used_at=bindparam("moment"))
    .returning(MailLink.account_id, MailLink.address)
)
_use_code = (
    update(MailLink)
    .where(MailLink.account_id == bindparam("account"), MailLink.code_digest == bindparam("code"), *_usable)
    .values(used_at=bindparam("moment"))
    .returning(MailLink.account_id, MailLink.address)
)
_used_link = select(MailLink.account_id, MailLink.address).where(
    MailLink.digest == bindparam("link"),
    MailLink.purpose == bindparam("why"),
    MailLink.used_at.is_not(None),
    MailLink.expires_at > bindparam("now"),
)
_waiting = (
    select(MailLink.address, MailLink.expires_at)
    .where(MailLink.account_id == bindparam("account"), *_usable)
    .order_by(MailLink.created_at.desc())
    .limit(1)
)
_sent_since = select(func.count()).where(
    MailLink.account_id == bindparam("account"),
    MailLink.purpose == bindparam("why"),
    MailLink.created_at > bindparam("since"),
    # A link sent by a clock that ran ahead does not count in the window.
    MailLink.created_at <= bindparam("furthest"),
)


def add_link(tx: Connection, row: dict[str, Any], replaces: bool = True) -> None:
    """Insert a link. With `replaces`, earlier links of the same account and purpose become invalid."""
    if replaces:
        replace(tx, row["account_id"], row["purpose"], row["created_at"])
    tx.execute(_add_link, row)


def replace(tx: Connection, account: int, purpose: str, now: int) -> None:
    """Invalidate the unused links of an account for a purpose."""
    tx.execute(_replace_links, {"account": account, "why": purpose, "moment": now})


def read_link(connection: Connection, digest: str, purpose: str, now: int) -> Link | None:
    """A link that is valid now. Reading does not use it."""
    row = connection.execute(_read_link, {"link": digest, "why": purpose, "now": now}).one_or_none()
    return Link(row[0], row[1]) if row else None


def used_link(connection: Connection, digest: str, purpose: str, now: int) -> Link | None:
    """A link that was used, itself or by its code, and has not expired."""
    row = connection.execute(_used_link, {"link": digest, "why": purpose, "now": now}).one_or_none()
    return Link(row[0], row[1]) if row else None


def use_link(tx: Connection, digest: str, purpose: str, now: int) -> Link | None:
    """Use a link. Returns it for exactly one caller, else None."""
    parameters = {"link": digest, "why": purpose, "now": now, "moment": now}
    row = tx.execute(_use_link, parameters).one_or_none()
    return Link(row[0], row[1]) if row else None


def use_code(tx: Connection, account: int, purpose: str, code_digest: str, now: int) -> Link | None:
    """Use the typed code of the newest mail. Returns its link, or None."""
    parameters = {"account": account, "why": purpose, "code": code_digest, "now": now, "moment": now}
    row = tx.execute(_use_code, parameters).one_or_none()
    return Link(row[0], row[1]) if row else None


def waiting(connection: Connection, account: int, purpose: str, now: int) -> tuple[str, int] | None:
    """(address, expiry in epoch seconds) of an account's newest valid link."""
    row = connection.execute(_waiting, {"account": account, "why": purpose, "now": now}).one_or_none()
    return (row[0], row[1]) if row else None


def links_sent(connection: Connection, account: int, purpose: str, now: int, window: int) -> int:
    """Number of links of a purpose sent to an account within the last `window` seconds."""
    parameters = {"account": account, "why": purpose, "since": now - window, "furthest": furthest(now, 0)}
    return int(connection.execute(_sent_since, parameters).scalar_one())
