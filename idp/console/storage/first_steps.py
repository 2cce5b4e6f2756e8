"""What the base says of a school's first steps: one statement, each fact the first row that an index finds."""

from sqlalchemy import BindParameter, Connection, bindparam, exists, or_, select

from idp.console.rules.first_steps import SchoolFacts
from idp.console.storage.tables import Delegation
from idp.people.storage.tables import Account, Enrolment, Guardianship, School

_school: BindParameter[int] = bindparam("school")
# A family of two schools may have logged in before it came to this one.
_pupil_has_logged_in = exists().where(
    Enrolment.school_id == _school,
    Account.person_id == Enrolment.pupil_id,
    Account.last_signed_in_at >= Enrolment.since,
)
_guardian_has_logged_in = exists().where(
    Guardianship.school_id == _school,
    Account.person_id == Guardianship.guardian_id,
    Account.last_signed_in_at >= Guardianship.since,
)
_facts = select(
    School.imported_at.is_not(None),
    or_(_pupil_has_logged_in, _guardian_has_logged_in),
    exists().where(Delegation.school_id == _school),
    School.first_steps_put_away_at.is_not(None),
).where(School.id == _school)


def facts(
    connection: Connection, school: int, has_letters: bool, has_office: bool, has_brand: bool
) -> SchoolFacts:
    """`has_letters`: from the numbers of the school; `has_office`, `has_brand`: from what it shows."""
    row = connection.execute(_facts, {"school": school}).one()
    is_imported, has_login, has_delegation, is_put_away = map(bool, row)
    return SchoolFacts(
        is_imported, has_letters, has_login, has_office, has_delegation, has_brand, is_put_away
    )
