"""Statements that read what an account's person sees of it: sessions, services, history, and all of it as data."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from idp.audit import AuditRecord
from idp.factors.storage.tables import Passkey
from idp.federation.storage.tables import FederatedIdentity
from idp.oidc.storage.tables import Grant
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost
from idp.signin.storage.tables import KnownDevice, Session


@dataclass(frozen=True)
class OpenSession:
    sid: str
    browser_name: str
    address: str
    opened_at: int
    seen_at: int


@dataclass(frozen=True)
class Service:
    """A relying party that this person has gone to. Moments are epoch seconds."""

    client_id: str
    scope: tuple[str, ...]
    first_at: int
    last_at: int


@dataclass(frozen=True)
class Event:
    number: int
    act: str
    at: int
    address: str | None
    detail: dict[str, Any]


_sessions = (
    select(Session.sid, Session.browser_name, Session.address, Session.opened_at, Session.seen_at)
    .join(Account, Account.id == Session.account_id)
    .where(
        Session.account_id == bindparam("account"),
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now"),
        Session.seen_at > bindparam("idle_since"),
        Session.opened_at >= Account.credentials_since,
    )
    .order_by(Session.seen_at.desc())
)
_of_account = select(Session.sid).where(
    Session.account_id == bindparam("account"), Session.sid == bindparam("session")
)
_services = (
    select(Grant.client_id, func.max(Grant.scope), func.min(Grant.issued_at), func.max(Grant.issued_at))
    .where(
        Grant.account_id == bindparam("account"), Grant.consumed_at.is_not(None), Grant.revoked_at.is_(None)
    )
    .group_by(Grant.client_id)
    .order_by(func.max(Grant.issued_at).desc())
)
_sids_at = (
    select(Grant.sid)
    .where(
        Grant.account_id == bindparam("account"),
        Grant.client_id == bindparam("client"),
        Grant.consumed_at.is_not(None),
        Grant.revoked_at.is_(None),
    )
    .distinct()
)
_withdraw = (
    update(Grant)
    .where(
        Grant.account_id == bindparam("account"),
        Grant.client_id == bindparam("client"),
        Grant.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("moment"))
)
_history = (
    select(AuditRecord.number, AuditRecord.act, AuditRecord.at, AuditRecord.address, AuditRecord.detail)
    .where(
        AuditRecord.subject == bindparam("who"),
        AuditRecord.act.in_(bindparam("acts", expanding=True)),
        AuditRecord.number < bindparam("before"),
    )
    .order_by(AuditRecord.number.desc())
    .limit(bindparam("most"))
)
_LAST = 2**62

_SECRETS = frozenset({"password_hash", "provisional_digest", "digest", "browser"})


def open_sessions(connection: Connection, account: int, now: int, idle: int) -> list[OpenSession]:
    """The account's live sessions, the one used last first."""
    parameters = {"account": account, "now": now, "idle_since": now - idle}
    return [OpenSession(*row) for row in connection.execute(_sessions, parameters)]


def is_session_of(connection: Connection, account: int, sid: str) -> bool:
    return connection.execute(_of_account, {"account": account, "session": sid}).first() is not None


def services(connection: Connection, account: int) -> list[Service]:
    """The relying parties that hold a grant of this account, the one used last first."""
    rows = connection.execute(_services, {"account": account})
    return [Service(row[0], tuple(row[1].split()), row[2], row[3]) for row in rows]


def withdraw(tx: Connection, account: int, client: str, now: int) -> list[str]:
    """End every grant of an account to a client; the sids of the sessions in which it had received tokens."""
    sids = list(tx.execute(_sids_at, {"account": account, "client": client}).scalars())
    tx.execute(_withdraw, {"account": account, "client": client, "moment": now})
    return sids


def history(
    connection: Connection, account: int, acts: list[str], before: int | None, most: int
) -> list[Event]:
    """The newest events of an account, from the one before the number `before` on."""
    parameters = {"who": f"account:{account}", "acts": acts, "before": before or _LAST, "most": most}
    rows = connection.execute(_history, parameters)
    return [Event(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]


def everything(connection: Connection, account: int, person: int) -> dict[str, list[dict[str, Any]]]:
    """All rows that are about this person, without secrets and what would open the account to a finder."""
    statements = {
        "person": select(Person.__table__).where(Person.id == person),
        "account": select(Account.__table__).where(Account.id == account),
        "schools": select(Enrolment.__table__, School.name.label("school"))
        .join(School, School.id == Enrolment.school_id)
        .where(Enrolment.pupil_id == person),
        "family_links": select(Guardianship.__table__).where(
            or_(Guardianship.guardian_id == person, Guardianship.pupil_id == person)
        ),
        "posts": select(StaffPost.__table__).where(StaffPost.person_id == person),
        "sessions": select(Session.__table__).where(Session.account_id == account),
        "devices": select(KnownDevice.__table__).where(KnownDevice.account_id == account),
        "services": select(
            Grant.client_id, Grant.scope, Grant.issued_at, Grant.consumed_at, Grant.revoked_at
        ).where(Grant.account_id == account),
        "passkeys": select(Passkey.name, Passkey.created_at, Passkey.last_used_at).where(
            Passkey.account_id == account
        ),
        "other_providers": select(FederatedIdentity.issuer, FederatedIdentity.linked_at).where(
            FederatedIdentity.account_id == account
        ),
        "history": select(
            AuditRecord.at, AuditRecord.act, AuditRecord.actor, AuditRecord.address, AuditRecord.detail
        ).where(AuditRecord.subject == f"account:{account}"),
    }
    return {
        name: [
            {key: value for key, value in row.items() if key not in _SECRETS}
            for row in connection.execute(statement).mappings()
        ]
        for name, statement in statements.items()
    }
