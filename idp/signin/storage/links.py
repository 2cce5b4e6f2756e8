"""Statements on the links and codes that mails bear. A link serves its own purpose alone."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from idp.signin.storage.tables import MailLink


@dataclass(frozen=True)
class Link:
    """For whom a link was made, and the address it went to."""

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
_sent_since = select(func.count()).where(
    MailLink.account_id == bindparam("account"),
    MailLink.purpose == bindparam("why"),
    MailLink.created_at > bindparam("since"),
)


def add_link(tx: Connection, row: dict[str, Any], replaces: bool = True) -> None:
    """A new link; unless told otherwise it puts every earlier one of the same account and purpose out of use."""
    if replaces:
        replace(tx, row["account_id"], row["purpose"], row["created_at"])
    tx.execute(_add_link, row)


def replace(tx: Connection, account: int, purpose: str, now: int) -> None:
    """Put the unused links of an account for one purpose out of use."""
    tx.execute(_replace_links, {"account": account, "why": purpose, "moment": now})


def read_link(connection: Connection, digest: str, purpose: str, now: int) -> Link | None:
    """A link that could be used now; uses nothing."""
    row = connection.execute(_read_link, {"link": digest, "why": purpose, "now": now}).one_or_none()
    return Link(row[0], row[1]) if row else None


def use_link(tx: Connection, digest: str, purpose: str, now: int) -> Link | None:
    """Use a link: itself for the one caller who was first, None for everybody else."""
    parameters = {"link": digest, "why": purpose, "now": now, "moment": now}
    row = tx.execute(_use_link, parameters).one_or_none()
    return Link(row[0], row[1]) if row else None


def use_code(tx: Connection, account: int, purpose: str, code_digest: str, now: int) -> Link | None:
    """Use the typed code of the newest mail: its link, or None."""
    parameters = {"account": account, "why": purpose, "code": code_digest, "now": now, "moment": now}
    row = tx.execute(_use_code, parameters).one_or_none()
    return Link(row[0], row[1]) if row else None


def links_sent(connection: Connection, account: int, purpose: str, since: int) -> int:
    """How many links of one purpose an account was sent after `since`."""
    parameters = {"account": account, "why": purpose, "since": since}
    return int(connection.execute(_sent_since, parameters).scalar_one())
