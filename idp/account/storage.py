"""Statements on what a person sees of their account: open sessions, and services with a grant or a consent."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, literal, select

from idp.oidc.storage.tables import Grant
from idp.people.storage.tables import Account
from idp.services.storage.tables import Consent, ParticipantRow
from idp.signin.storage.tables import Session


@dataclass(frozen=True)
class OpenSession:
    sid: str
    browser_name: str
    address: str
    opened_at: int
    seen_at: int


@dataclass(frozen=True)
class Service:
    """A service with a grant or a consent of this account. `last_at`, `agreed_at` (0: no consent of its own): epoch seconds."""

    client_id: str
    scope: tuple[str, ...]
    last_at: int
    agreed_at: int = 0


_sessions = (
    select(Session.sid, Session.browser_name, Session.address, Session.opened_at, Session.seen_at)
    .join(Account, Account.id == Session.account_id)
    .where(
        Session.account_id == bindparam("account"),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now"),
        Session.seen_at > bindparam("idle_since"),
        Session.generation == Account.credentials_generation,
    )
    .order_by(Session.seen_at.desc())
)
_of_account = select(Session.sid).where(
    Session.account_id == bindparam("account"), Session.sid == bindparam("session")
)
_services = (
    select(Grant.client_id, Grant.scope, func.max(Grant.issued_at), literal(0))
    .where(
        Grant.account_id == bindparam("account"), Grant.consumed_at.is_not(None), Grant.revoked_at.is_(None)
    )
    .group_by(Grant.client_id, Grant.scope)
    .union_all(
        select(ParticipantRow.service_id, literal(""), func.max(ParticipantRow.joined_at), literal(0))
        .where(ParticipantRow.account_id == bindparam("account"))
        .group_by(ParticipantRow.service_id),
        select(Consent.client_id, Consent.scope, Consent.given_at, Consent.given_at).where(
            Consent.account_id == bindparam("account"), Consent.given_at.is_not(None)
        ),
    )
)


def open_sessions(connection: Connection, account: int, now: int, idle: int) -> list[OpenSession]:
    """The live sessions of the account, the last used first."""
    parameters = {"account": account, "now": now, "idle_since": now - idle}
    return [OpenSession(*row) for row in connection.execute(_sessions, parameters)]


def is_session_of(connection: Connection, account: int, sid: str) -> bool:
    return connection.execute(_of_account, {"account": account, "session": sid}).first() is not None


def services(connection: Connection, account: int) -> list[Service]:
    """The services that hold a grant or a consent of this account, or took part in a session, the last used first.

    Grants are purged once no token depends on them; a consent stays until it is withdrawn.
    """
    by_client: dict[str, Service] = {}
    for client, scope, at, agreed_at in connection.execute(_services, {"account": account}):
        before = by_client.get(client, Service(client, (), 0))
        by_client[client] = Service(
            client,
            (*before.scope, *scope.split()),
            max(before.last_at, at),
            max(before.agreed_at, agreed_at),
        )
    return sorted(by_client.values(), key=lambda service: service.last_at, reverse=True)
