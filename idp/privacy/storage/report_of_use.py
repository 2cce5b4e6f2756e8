"""Statements of the report on a person: logins, services, agreements, messages, requests, and the record of acts.

The columns bear the keys of `idp.privacy.rules.report.GROUPS`.
"""

from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, case, cast, literal, select

from idp.audit.storage.tables import AuditRecord
from idp.cas.storage.tables import Ticket
from idp.factors.storage.tables import AuthenticatorApp, Passkey, RecoveryCode
from idp.federation.storage.tables import FederatedIdentity
from idp.oidc.storage.tables import Grant
from idp.people.storage.tables import School
from idp.privacy.storage.tables import ErasureRequest
from idp.recovery.storage.tables import Identification
from idp.services.storage.tables import Consent, ParticipantRow
from idp.signin.storage.tables import KnownDevice, MailLink, Session

_account = bindparam("account", type_=Integer)
_record = (
    select(
        AuditRecord.at,
        AuditRecord.act,
        AuditRecord.actor.label("by"),
        AuditRecord.detail.label("about"),
        AuditRecord.address.label("network_address"),
    )
    .where(AuditRecord.subject == bindparam("subject", type_=String))
    .order_by(AuditRecord.id)
)

STATEMENTS: dict[str, tuple[Select[Any], ...]] = {
    "my_logins": (
        select(
            Session.opened_at,
            Session.seen_at.label("last_used_at"),
            Session.ended_at,
            Session.expires_at.label("ends_at_the_latest"),
            Session.browser_name.label("device"),
            Session.address.label("network_address"),
            Session.amr.label("ways"),
        )
        .where(Session.account_id == _account)
        .order_by(Session.opened_at),
    ),
    "my_devices": (
        select(KnownDevice.first_seen_at, KnownDevice.last_seen_at)
        .where(KnownDevice.account_id == _account)
        .order_by(KnownDevice.first_seen_at),
    ),
    "my_ways_to_log_in": (
        select(
            literal("passkey").label("way"),
            Passkey.name,
            Passkey.synced.label("copied_between_devices"),
            Passkey.created_at.label("added_at"),
            Passkey.last_used_at,
        )
        .where(Passkey.account_id == _account)
        .order_by(Passkey.created_at),
        select(
            literal("app").label("way"),
            AuthenticatorApp.created_at.label("added_at"),
            AuthenticatorApp.confirmed_at,
        ).where(AuthenticatorApp.account_id == _account),
        select(
            literal("recovery_code").label("way"),
            RecoveryCode.created_at.label("added_at"),
            RecoveryCode.used_at.label("last_used_at"),
        )
        .where(RecoveryCode.account_id == _account)
        .order_by(RecoveryCode.created_at),
        select(
            literal("provider").label("way"),
            FederatedIdentity.issuer.label("provider"),
            FederatedIdentity.linked_at.label("added_at"),
            FederatedIdentity.last_used_at,
        )
        .where(FederatedIdentity.account_id == _account)
        .order_by(FederatedIdentity.linked_at),
    ),
    "services_and_what_they_received": (
        select(
            Grant.client_id.label("service"),
            Grant.scope.label("receives"),
            Grant.issued_at.label("visited_at"),
            Grant.consumed_at.label("received_at"),
            Grant.revoked_at.label("withdrawn_at"),
            Grant.offline.label("lasts_after_logout"),
        )
        .where(Grant.account_id == _account)
        .order_by(Grant.issued_at),
        select(
            ParticipantRow.service_id.label("service"),
            literal("").label("receives"),
            ParticipantRow.subject.label("number_of_me"),
            ParticipantRow.joined_at.label("visited_at"),
        )
        .where(ParticipantRow.account_id == _account)
        .order_by(ParticipantRow.joined_at),
        select(
            Ticket.service_id.label("service"),
            literal("").label("receives"),
            Ticket.issued_at.label("visited_at"),
            Ticket.used_at.label("received_at"),
        )
        .where(Ticket.account_id == _account)
        .order_by(Ticket.issued_at),
    ),
    "my_agreements": (
        select(
            Consent.client_id.label("service"),
            Consent.scope.label("receives"),
            Consent.given_at,
            case((Consent.given_by.is_not(None), literal("account:") + cast(Consent.given_by, String))).label(
                "given_by"
            ),
            Consent.asked_scope.label("asked_for"),
            Consent.asked_at,
            Consent.refused_at,
        )
        .where(Consent.account_id == _account)
        .order_by(Consent.client_id),
    ),
    "mails_and_sms_sent_to_me": (
        select(
            literal("mail").label("by"),
            MailLink.address.label("to"),
            MailLink.purpose.label("about"),
            MailLink.created_at.label("sent_at"),
            MailLink.used_at,
        )
        .where(MailLink.account_id == _account)
        .order_by(MailLink.created_at),
        select(
            Identification.method.label("by"),
            Identification.contact.label("to"),
            Identification.purpose.label("about"),
            Identification.created_at.label("sent_at"),
            Identification.proved_at.label("used_at"),
        )
        .where(Identification.account_id == _account)
        .order_by(Identification.created_at),
    ),
    "my_requests_for_erasure": (
        select(
            School.name.label("school"),
            ErasureRequest.wish,
            ErasureRequest.asked_at,
            ErasureRequest.passed_on_at,
            ErasureRequest.answered_at,
            ErasureRequest.answer,
            ErasureRequest.forget_at.label("stored_until"),
        )
        .select_from(ErasureRequest)
        .outerjoin(School, School.id == ErasureRequest.school_id)
        .where(ErasureRequest.account_id == _account)
        .order_by(ErasureRequest.id),
    ),
    "what_i_did": (_record.where(AuditRecord.actor == bindparam("subject", type_=String)),),
    "what_others_did": (_record.where(AuditRecord.actor != bindparam("subject", type_=String)),),
}
