"""An account with rows in every table that the report on a person reads."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, insert, select

from idp.audit import trail
from idp.cas.storage.tables import Ticket
from idp.console.storage.tables import Delegation
from idp.database.engine import transaction
from idp.factors.storage.tables import AuthenticatorApp, Passkey, RecoveryCode
from idp.federation.storage.tables import FederatedIdentity
from idp.oidc.storage.tables import Grant
from idp.people.storage.tables import ContactChange, ImportDecision, School, SourceRecord
from idp.privacy.storage.tables import ErasureRequest
from idp.recovery.storage.tables import Identification
from idp.services.storage.tables import Consent, ParticipantRow, ServiceRow
from idp.signin.storage.tables import KnownDevice, MailLink, Session
from tests.actors.world import Someone, World

AGENT = "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36"


def fill(world: World, someone: Someone) -> list[str]:
    """Add the rows, and return the secrets in them."""
    now, secret = world.clock(), f"secret-{someone.account}"
    client = world.relying_party(client_name="Portail des familles").client_id
    cas = f"cas-{someone.account}"
    with transaction() as tx:
        school = tx.execute(select(School.id)).scalars().first()
        own = {"account_id": someone.account}
        tx.execute(
            insert(ServiceRow).values(
                id=cas, protocol="gone", registration="{}", registered_at=now, updated_at=now
            )
        )
        for model, values in (
            (ContactChange, {**own, "contact": "mail", "previous": "old@example.org"}),
            (
                SourceRecord,
                {
                    "person_id": someone.person,
                    "school_id": school,
                    "kind": "guardian",
                    "source_id": f"47{someone.account}",
                },
            ),
            (
                ImportDecision,
                {
                    "person_id": someone.person,
                    "school_id": school,
                    "kind": "guardian",
                    "source_id": f"47{someone.account}",
                },
            ),
            (Session, {**own, "browser_name": AGENT, "address": "192.0.2.7", "amr": "pwd", "ended_at": now}),
            (KnownDevice, {**own}),
            (Passkey, {**own, "name": "Mon téléphone"}),
            (AuthenticatorApp, {**own}),
            (RecoveryCode, {**own}),
            (FederatedIdentity, {**own, "issuer": "https-other.example"}),
            (Grant, {**own, "client_id": client, "scope": "openid email"}),
            (ParticipantRow, {**own, "service_id": cas, "subject": f"number-{someone.account}"}),
            (Ticket, {**own, "service_id": cas}),
            (
                Consent,
                {**own, "client_id": client, "scope": "openid", "given_by": someone.account, "given_at": now},
            ),
            (MailLink, {**own, "purpose": "mail", "address": "claire@example.org"}),
            (Identification, {**own, "purpose": "mobile", "method": "sms", "contact": "+33611111111"}),
            (ErasureRequest, {**own, "school_id": school, "wish": "Je déménage"}),
            (
                Delegation,
                {
                    "person_id": someone.person,
                    "school_id": school,
                    "kinds": "pupil",
                    "given_by": "account:999",
                },
            ),
        ):
            tx.execute(insert(model).values(_row(model, values, secret, now)))
        trail.record(
            tx, now, "sign_in", f"account:{someone.account}", f"account:{someone.account}", device=AGENT
        )
        trail.record(tx, now, "account.unlock", "command", f"account:{someone.account}", reason="Guichet")
    return [secret]


def _row(model: Any, values: dict[str, Any], secret: str, now: int) -> dict[str, Any]:
    """`values`, and something in each other column that must have a value."""
    row = dict(values)
    for column in model.__table__.columns:
        if (
            column.name in row
            or column.nullable
            or (
                column.primary_key
                and column.autoincrement is not False
                and isinstance(column.type, BigInteger | Integer)
            )
        ):
            continue
        if isinstance(column.type, Boolean):
            row[column.name] = True
        elif isinstance(column.type, BigInteger | Integer):
            row[column.name] = now
        else:
            row[column.name] = (f"{secret}-{column.name}")[: getattr(column.type, "length", None) or 200]
    return row
