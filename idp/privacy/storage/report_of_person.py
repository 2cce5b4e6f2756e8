"""Statements of the report on a person: who they are, their account, family and schools.

The columns bear the keys of `idp.privacy.rules.report.GROUPS`.
"""

from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, cast, column, func, literal, select, table
from sqlalchemy.orm import aliased

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


def _link(relative: str, shown: Any, where: Any) -> Select[Any]:
    return (
        select(
            _name(shown),
            literal(relative).label("is"),
            Guardianship.relation,
            cast(Guardianship.level, String).label("responsibility"),
            School.name.label("school"),
            Guardianship.source.label("known_from"),
            Guardianship.since,
            Guardianship.until,
            Guardianship.disputed_at,
        )
        .select_from(Guardianship)
        .join(shown, shown.id == (Guardianship.pupil_id if relative == "child" else Guardianship.guardian_id))
        .join(School, School.id == Guardianship.school_id)
        .where(where)
        .order_by(Guardianship.id)
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
}
