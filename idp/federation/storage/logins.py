"""Statements on logins through other providers. A single-use step is one UPDATE or DELETE whose row count decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from idp.database.expired import delete_expired, run
from idp.database.upserts import insert_into
from idp.durations import DAY
from idp.federation.storage.tables import (
    FederatedIdentity,
    FederatedLogout,
    FederatedSession,
    WaitingIdentity,
)


@dataclass(frozen=True)
class Waiting:
    """An identity that may be linked now."""

    provider: str
    issuer: str
    subject: str
    sealed_id_token: str


_account_of = (
    update(FederatedIdentity)
    .where(
        FederatedIdentity.issuer == bindparam("from_issuer"),
        FederatedIdentity.subject == bindparam("from_subject"),
    )
    .values(last_used_at=bindparam("moment"))
    .returning(FederatedIdentity.account_id)
)
_add_identity = insert(FederatedIdentity)
_identities = (
    select(FederatedIdentity.issuer, FederatedIdentity.linked_at, FederatedIdentity.last_used_at)
    .where(FederatedIdentity.account_id == bindparam("account"))
    .order_by(FederatedIdentity.linked_at)
)
_unlink = delete(FederatedIdentity).where(
    FederatedIdentity.account_id == bindparam("account"), FederatedIdentity.issuer == bindparam("from_issuer")
)
_unlink_newer = delete(FederatedIdentity).where(
    FederatedIdentity.account_id == bindparam("account"), FederatedIdentity.linked_at > bindparam("since")
)
_wait = insert(WaitingIdentity)
_forget_waiting = delete(WaitingIdentity).where(
    WaitingIdentity.issuer == bindparam("from_issuer"), WaitingIdentity.subject == bindparam("from_subject")
)
_take = (
    update(WaitingIdentity)
    .where(
        WaitingIdentity.digest == bindparam("token"),
        WaitingIdentity.browser == bindparam("where_from"),
        WaitingIdentity.used_at.is_(None),
        WaitingIdentity.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("moment"))
    .returning(
        WaitingIdentity.provider,
        WaitingIdentity.issuer,
        WaitingIdentity.subject,
        WaitingIdentity.sealed_id_token,
    )
)
_linked = select(FederatedIdentity.subject).where(
    FederatedIdentity.account_id == bindparam("account"), FederatedIdentity.issuer == bindparam("from_issuer")
)
_add_session = insert(FederatedSession)
_session = select(FederatedSession.provider, FederatedSession.sealed_id_token).where(
    FederatedSession.sid == bindparam("session")
)
MOST_SESSIONS = 500
"""Sessions that one notice of an upstream ends."""
_alive = (
    FederatedSession.provider == bindparam("from_provider"),
    FederatedSession.expires_at > bindparam("now"),
)
_by_subject = (
    select(FederatedSession.sid)
    .where(FederatedSession.subject == bindparam("name"), *_alive)
    .limit(MOST_SESSIONS)
)
_by_index = (
    select(FederatedSession.sid)
    .where(FederatedSession.session_index == bindparam("name"), *_alive)
    .limit(MOST_SESSIONS)
)
_add_logout = insert(FederatedLogout)
_signed_out = (
    delete(FederatedLogout)
    .where(FederatedLogout.state == bindparam("of_state"), FederatedLogout.expires_at > bindparam("now"))
    .returning(FederatedLogout.back_to)
)


def account_of(tx: Connection, issuer: str, subject: str, now: int) -> int | None:
    """The account linked to this identity; records the use."""
    parameters = {"from_issuer": issuer, "from_subject": subject, "moment": now}
    account: int | None = tx.execute(_account_of, parameters).scalar_one_or_none()
    return account


def add_identity(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add_identity, row)


def link_once(tx: Connection, row: dict[str, Any]) -> bool:
    """Link an identity to an account. False if the identity is linked, or the account has another of the same issuer."""
    # Both unique keys decide between concurrent first logins.
    statement = insert_into(tx.dialect.name, FederatedIdentity).on_conflict_do_nothing()
    return tx.execute(statement.returning(FederatedIdentity.account_id), row).first() is not None


def linked_subject(connection: Connection, account: int, issuer: str) -> str | None:
    """The identity of this issuer that an account is linked to."""
    parameters = {"account": account, "from_issuer": issuer}
    subject: str | None = connection.execute(_linked, parameters).scalar_one_or_none()
    return subject


def identities(connection: Connection, account: int) -> Sequence[tuple[str, int, int]]:
    """(issuer, linked at, last used at) of each identity of an account."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_identities, {"account": account})]


def unlink(tx: Connection, account: int, issuer: str) -> bool:
    return tx.execute(_unlink, {"account": account, "from_issuer": issuer}).rowcount > 0


def unlink_newer(tx: Connection, account: int, since: int) -> int:
    """Remove the links created after `since`. Returns their number."""
    return tx.execute(_unlink_newer, {"account": account, "since": since}).rowcount


def wait(tx: Connection, row: dict[str, Any]) -> None:
    """Store an unlinked identity, replacing its previous row."""
    tx.execute(_forget_waiting, {"from_issuer": row["issuer"], "from_subject": row["subject"]})
    tx.execute(_wait, row)


def take(tx: Connection, token: str, browser: str, now: int) -> Waiting | None:
    """Take an unlinked identity. Returns it for exactly one caller."""
    parameters = {"token": token, "where_from": browser, "now": now, "moment": now}
    row = tx.execute(_take, parameters).one_or_none()
    return Waiting(*row) if row else None


def add_session(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add_session, row)


def session(connection: Connection, sid: str) -> tuple[str, str] | None:
    """(provider, encrypted ID token) of a session that began at another provider."""
    row = connection.execute(_session, {"session": sid}).one_or_none()
    return (row[0], row[1]) if row else None


def sessions_of(
    connection: Connection,
    provider: str,
    now: int,
    subject: str | None = None,
    session_index: str | None = None,
) -> list[str]:
    """`sid` of our sessions that began at a provider, by the digest of its name for the session, else for the person."""
    statement, name = (_by_index, session_index) if session_index is not None else (_by_subject, subject)
    parameters = {"name": name, "from_provider": provider, "now": now}
    return list(connection.execute(statement, parameters).scalars())


def add_logout(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add_logout, row)


def signed_out(tx: Connection, state: str, now: int) -> str | None:
    """The target URL of a browser that returns from a logout; single-use."""
    back_to: str | None = tx.execute(_signed_out, {"of_state": state, "now": now}).scalar_one_or_none()
    return back_to


_expired = (
    delete_expired(WaitingIdentity.digest, WaitingIdentity.expires_at),
    delete_expired(FederatedSession.sid, FederatedSession.expires_at),
    delete_expired(FederatedLogout.state, FederatedLogout.expires_at),
)


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of rows of each table that expired a day ago. Returns their number."""
    return sum(run(tx, statement, now - DAY, most) for statement in _expired)
