"""All stored data about one person, across packages: for the person (GDPR articles 15 and 20) and for the academy."""

from typing import Any

from sqlalchemy import Connection, or_, select

from idp.audit.storage.tables import AuditRecord
from idp.factors.storage.tables import Passkey
from idp.federation.storage.tables import FederatedIdentity
from idp.oidc.storage.tables import Grant
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost
from idp.services.storage.tables import Consent, ParticipantRow
from idp.signin.storage.tables import KnownDevice, Session

_SECRETS = frozenset({"password_hash", "provisional_digest", "digest", "browser"})


def everything(connection: Connection, account: int, person: int) -> dict[str, list[dict[str, Any]]]:
    """All rows about this person, without secrets and without anything that would give access to the account."""
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
        "other_services": select(
            ParticipantRow.service_id,
            ParticipantRow.protocol,
            ParticipantRow.subject,
            ParticipantRow.joined_at,
        ).where(ParticipantRow.account_id == account),
        "consents": select(
            Consent.client_id,
            Consent.scope,
            Consent.given_at,
            Consent.given_by,
            Consent.asked_at,
            Consent.refused_at,
        ).where(Consent.account_id == account),
        "passkeys": select(Passkey.name, Passkey.created_at, Passkey.last_used_at).where(
            Passkey.account_id == account
        ),
        "other_providers": select(FederatedIdentity.issuer, FederatedIdentity.linked_at).where(
            FederatedIdentity.account_id == account
        ),
        "history": select(
            AuditRecord.at, AuditRecord.act, AuditRecord.actor, AuditRecord.address, AuditRecord.detail
        )
        .where(AuditRecord.subject == f"account:{account}")
        .order_by(AuditRecord.id),
    }
    return {
        name: [
            {key: value for key, value in row.items() if key not in _SECRETS}
            for row in connection.execute(statement).mappings()
        ]
        for name, statement in statements.items()
    }
