"""Statements on sessions. The one SELECT here is on the hot path: session, account and person in one row."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from idp.database.compiled import Prepared
from idp.database.generation import PRESENT
from idp.people.storage.accounts import FACT_COLUMNS
from idp.people.storage.tables import Account, Person
from idp.signin.storage.tables import Session

SESSION_COLUMNS = (
    PRESENT,
    Session.digest,
    Session.sid,
    Session.auth_time,
    Session.amr,
    Session.opened_at,
    Session.seen_at,
    Session.expires_at,
    Session.device_known,
    Session.confirmed_at,
)

LIVE = (
    Session.ended_at.is_(None),
    Session.expires_at > bindparam("now"),
    Session.seen_at > bindparam("idle_since"),
    Session.generation == Account.credentials_generation,
    Account.present.is_(True),
    or_(Account.state == "notified", Account.state == "confirming", Account.state == "active"),
)
"""A session is live if it was used recently, has not expired, and its account's credentials have not been replaced."""

_find_session = Prepared(
    select(*SESSION_COLUMNS, *FACT_COLUMNS)
    .select_from(Session)
    .join(Account, Account.id == Session.account_id)
    .join(Person, Person.id == Account.person_id)
    .where(Session.digest == bindparam("session"), *LIVE)
)
_open_session = insert(Session)
_touch = update(Session).where(Session.digest == bindparam("session")).values(seen_at=bindparam("moment"))
_end = (
    update(Session)
    .where(Session.digest == bindparam("session"), Session.ended_at.is_(None))
    .values(ended_at=bindparam("moment"))
    .returning(Session.sid, Session.account_id)
)
_end_by_sid = (
    update(Session)
    .where(Session.sid == bindparam("session"), Session.ended_at.is_(None))
    .values(ended_at=bindparam("moment"))
    .returning(Session.sid, Session.account_id)
)


def find_session(connection: Connection, session: str, now: int, idle: int) -> Any | None:
    """SESSION_COLUMNS and FACT_COLUMNS of a live session, or None."""
    return _find_session.row(connection, {"session": session, "now": now, "idle_since": now - idle})


def open_session(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_open_session, row)


def touch_session(tx: Connection, session: str, now: int) -> None:
    tx.execute(_touch, {"session": session, "moment": now})


def end_session(
    tx: Connection, now: int, digest: str | None = None, sid: str | None = None
) -> tuple[str, int] | None:
    """End a session, by its cookie's digest or by its sid. Returns (sid, account) if it was open."""
    statement, key = (_end, digest) if digest else (_end_by_sid, sid)
    row = tx.execute(statement, {"session": key, "moment": now}).one_or_none()
    return (row[0], row[1]) if row else None


_of_sid = (
    select(Session.account_id, Account.subject)
    .join(Account, Account.id == Session.account_id)
    .where(Session.sid == bindparam("session"))
)


def of_sid(connection: Connection, sid: str) -> tuple[int, str] | None:
    """(account, its subject) of a session, live or ended."""
    row = connection.execute(_of_sid, {"session": sid}).one_or_none()
    return (row[0], row[1]) if row else None


_replaced = (
    select(Session.sid)
    .join(Account, Account.id == Session.account_id)
    .where(
        Session.digest == bindparam("session"),
        Session.generation != Account.credentials_generation,
        Account.password_changed_at >= Session.opened_at,
        or_(Account.state == "confirming", Account.state == "active"),
    )
)


def is_replaced(connection: Connection, session: str) -> bool:
    """Whether a session has ended because its account's password was replaced, by the person or by staff."""
    return connection.execute(_replaced, {"session": session}).first() is not None


_sid_of = select(Session.sid).where(Session.digest == bindparam("session"))
_this = update(Session).where(Session.digest == bindparam("session"), Session.ended_at.is_(None))
_renew = _this.values(
    digest=bindparam("successor"),
    generation=select(Account.credentials_generation)
    .where(Account.id == Session.account_id)
    .scalar_subquery(),
    confirmed_at=bindparam("moment"),
)
_strengthen = _this.values(
    digest=bindparam("successor"), amr=bindparam("methods"), auth_time=bindparam("moment")
)
_trust = _this.values(device_known=True)
_confirm = _this.values(confirmed_at=bindparam("moment"))
_end_all = (
    update(Session)
    .where(
        Session.account_id == bindparam("account"),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now"),
        Session.sid != bindparam("spared"),
    )
    .values(ended_at=bindparam("moment"))
    .returning(Session.sid)
)


def sid_of(connection: Connection, session: str) -> str:
    """The sid of a session, by its digest."""
    return str(connection.execute(_sid_of, {"session": session}).scalar_one())


def renew(tx: Connection, session: str, successor: str, now: int) -> None:
    """Give an open session a new digest and the current generation of its account's credentials."""
    tx.execute(_renew, {"session": session, "successor": successor, "moment": now})


def strengthen(tx: Connection, session: str, successor: str, amr: str, now: int) -> None:
    tx.execute(_strengthen, {"session": session, "successor": successor, "methods": amr, "moment": now})


def trust_device(tx: Connection, session: str) -> None:
    tx.execute(_trust, {"session": session})


def confirm(tx: Connection, session: str, now: int) -> None:
    tx.execute(_confirm, {"session": session, "moment": now})


def end_all(tx: Connection, account: int, spared: str, now: int) -> list[str]:
    """End an account's open sessions, except the one with the sid `spared`. Returns their sids."""
    parameters = {"account": account, "spared": spared, "now": now, "moment": now}
    return list(tx.execute(_end_all, parameters).scalars())
