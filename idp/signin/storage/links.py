"""Statements on the links and codes that mails bear."""

from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from idp.signin.storage.tables import MailLink

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
_usable = (MailLink.used_at.is_(None), MailLink.replaced_at.is_(None), MailLink.expires_at > bindparam("now"))
_read_link = select(MailLink.account_id, MailLink.purpose, MailLink.address).where(
    MailLink.digest == bindparam("link"), *_usable
)
_use_link = (
    update(MailLink)
    .where(MailLink.digest == bindparam("link"), *_usable)
    .values(used_at=bindparam("moment"))
    .returning(MailLink.account_id, MailLink.purpose, MailLink.address)
)
_use_code = (
    update(MailLink)
    .where(
        MailLink.account_id == bindparam("account"),
        MailLink.purpose == bindparam("why"),
        MailLink.code_digest == bindparam("code"),
        *_usable,
    )
    .values(used_at=bindparam("moment"))
    .returning(MailLink.address)
)
_sent_since = select(func.count()).where(
    MailLink.account_id == bindparam("account"), MailLink.created_at > bindparam("since")
)


def add_link(tx: Connection, row: dict[str, Any]) -> None:
    """A new link puts every earlier one of the same account and purpose out of use."""
    tx.execute(
        _replace_links, {"account": row["account_id"], "why": row["purpose"], "moment": row["created_at"]}
    )
    tx.execute(_add_link, row)


def read_link(connection: Connection, digest: str, now: int) -> tuple[int, str, str] | None:
    """(account, purpose, address) of a link that could be used now; uses nothing."""
    row = connection.execute(_read_link, {"link": digest, "now": now}).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def use_link(tx: Connection, digest: str, now: int) -> tuple[int, str, str] | None:
    """Use a link: (account, purpose, address) for the one caller who was first, None for everybody else."""
    row = tx.execute(_use_link, {"link": digest, "now": now, "moment": now}).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def use_code(tx: Connection, account: int, purpose: str, code_digest: str, now: int) -> str | None:
    """Use the typed code of the newest mail: its address, or None."""
    parameters = {"account": account, "why": purpose, "code": code_digest, "now": now, "moment": now}
    row = tx.execute(_use_code, parameters).one_or_none()
    return row[0] if row else None


def links_sent(connection: Connection, account: int, since: int) -> int:
    return int(connection.execute(_sent_since, {"account": account, "since": since}).scalar_one())
