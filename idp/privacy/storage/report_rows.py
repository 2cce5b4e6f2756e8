"""Statements of the report on a person: group → SELECTs whose columns bear the keys of `idp.privacy.rules.report.GROUPS`."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.orm import aliased

from idp.audit.storage.tables import AuditRecord
from idp.cas.storage.tables import Ticket
from idp.factors.storage.tables import AuthenticatorApp, Passkey, RecoveryCode
from idp.federation.storage.tables import FederatedIdentity
from idp.oidc.storage.tables import Grant
from idp.people.storage.tables import (
    Account,
    ContactChange,
    Enrolment,
    Guardianship,
    ImportDecision,
    Person,
    School,
    SourceRecord,
    StaffPost,
)
from idp.privacy.storage.tables import ErasureRequest
from idp.recovery.storage.tables import Identification
from idp.services.storage.tables import Consent, ParticipantRow
from idp.signin.storage.tables import KnownDevice, MailLink, Session

Row = dict[str, Any]

_account, _person = bindparam("account", type_=Integer), bindparam("person", type_=Integer)
_guardian, _pupil = aliased(Person), aliased(Person)
# The console's table, in a package above this one.
_lent = table(
    "delegations",
    *(
        column(name)
        for name in ("school_id", "person_id", "kinds", "classes", "since", "until", "given_at", "ended_at")
    ),
)


def _name(person: Any) -> Any:
    return (person.first_name + " " + func.coalesce(person.usage_name, person.family_name)).label("name")


def _link(who: str, shown: Any, where: Any) -> Select[Any]:
    return (
        select(
            _name(shown),
            literal(who).label("is"),
            Guardianship.relation,
            cast(Guardianship.level, String).label("responsibility"),
            School.name.label("school"),
            Guardianship.source.label("known_from"),
            Guardianship.since,
            Guardianship.until,
            Guardianship.disputed_at,
        )
        .select_from(Guardianship)
        .join(shown, shown.id == (Guardianship.pupil_id if who == "child" else Guardianship.guardian_id))
        .join(School, School.id == Guardianship.school_id)
        .where(where)
        .order_by(Guardianship.id)
    )


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
    "who_i_am": (
        select(
            Person.kind.label("profile"),
            Person.civility,
            Person.family_name,
            Person.usage_name,
            Person.first_name,
            Person.other_first_names,
            Person.sex,
            Person.birth_date,
            Person.ine.label("national_pupil_number"),
            Person.mobile.label("mobile_known_to_the_school"),
            Person.phone.label("phone_known_to_the_school"),
            Person.contact_mail.label("mail_known_to_the_school"),
            Person.address.label("postal_address"),
            Person.postal_code,
            Person.city,
            Person.created_at.label("recorded_at"),
            Person.updated_at,
            Person.hold_until.label("must_be_stored_until"),
            Person.hold_reason.label("reason_of_this_obligation"),
        ).where(Person.id == _person),
    ),
    "my_account": (
        select(
            Account.username,
            Account.state,
            Account.present.label("listed_by_a_school"),
            Account.mail,
            Account.mail_verified_at.label("mail_confirmed_at"),
            Account.mobile,
            Account.mobile_verified_at.label("mobile_confirmed_at"),
            Account.language,
            Account.created_at,
            Account.letter_expires_at.label("letter_valid_until"),
            Account.identity_proved_at.label("identity_shown_at"),
            Account.password_changed_at.label("password_chosen_at"),
            Account.renewal_asked_at.label("new_password_asked_at"),
            Account.second_factor_since.label("second_step_since"),
            Account.last_signed_in_at.label("last_login_at"),
            Account.closed_at,
        ).where(Account.id == _account),
    ),
    "earlier_contacts": (
        select(
            ContactChange.contact,
            ContactChange.previous.label("value"),
            ContactChange.previous_since.label("confirmed_at"),
            ContactChange.changed_at.label("replaced_at"),
            ContactChange.forget_at.label("stored_until"),
        )
        .where(ContactChange.account_id == _account)
        .order_by(ContactChange.changed_at),
    ),
    "my_family": (
        _link("child", _pupil, Guardianship.guardian_id == _person),
        _link("guardian", _guardian, Guardianship.pupil_id == _person),
    ),
    "my_school": (
        select(
            School.name.label("school"),
            Enrolment.class_code.label("class"),
            Enrolment.mef.label("course_code"),
            Enrolment.since,
            Enrolment.until,
        )
        .join(School, School.id == Enrolment.school_id)
        .where(Enrolment.pupil_id == _person)
        .order_by(Enrolment.since),
        select(
            School.name.label("school"), StaffPost.role.label("position"), StaffPost.since, StaffPost.until
        )
        .select_from(StaffPost)
        .outerjoin(School, School.id == StaffPost.school_id)
        .where(StaffPost.person_id == _person)
        .order_by(StaffPost.since),
        select(
            School.name.label("school"),
            SourceRecord.source_id.label("number_in_the_schools_base"),
            SourceRecord.last_seen_at.label("last_seen_in_the_base_at"),
        )
        .join(School, School.id == SourceRecord.school_id)
        .where(SourceRecord.person_id == _person)
        .order_by(SourceRecord.id),
        select(School.name.label("school"), ImportDecision.decided_at.label("record_attributed_at"))
        .join(School, School.id == ImportDecision.school_id)
        .where(ImportDecision.person_id == _person)
        .order_by(ImportDecision.id),
    ),
    "rights_lent_to_me": (
        select(
            School.name.label("school"),
            _lent.c.kinds.label("profiles"),
            _lent.c.classes,
            _lent.c.since,
            _lent.c.until,
            _lent.c.given_at.label("lent_at"),
            _lent.c.ended_at.label("taken_back_at"),
        )
        .select_from(_lent)
        .join(School, School.id == _lent.c.school_id)
        .where(_lent.c.person_id == _person)
        .order_by(_lent.c.since),
    ),
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

_actors = (
    select(Account.id, Person.kind, StaffPost.role)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(StaffPost, StaffPost.person_id == Person.id)
    .where(Account.id.in_(bindparam("accounts", expanding=True)))
    # The present post decides, then the newest.
    .order_by(Account.id, StaffPost.until.is_not(None).desc(), StaffPost.since)
)


def rows_of(connection: Connection, account: int, person: int) -> dict[str, list[Row]]:
    """The rows of each group, without those columns of a row that are empty."""
    parameters = {"account": account, "person": person, "subject": f"account:{account}"}
    return {
        group: [
            {key: value for key, value in row.items() if value is not None}
            for statement in statements
            for row in connection.execute(statement, parameters).mappings()
        ]
        for group, statements in STATEMENTS.items()
    }


def kinds_and_roles(connection: Connection, accounts: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """(kind of person, role of staff) of accounts that acted."""
    rows = connection.execute(_actors, {"accounts": list(accounts)})
    return {row[0]: (row[1], row[2]) for row in rows}
