"""Statements on the offices of schools."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from idp.people.storage.schools import PRESENT_SCHOOLS
from idp.people.storage.tables import Account, School


@dataclass(frozen=True, slots=True)
class SchoolOffice:
    """Where families of a school ask. Empty texts are not known; `reach`: how to reach the office, in the school's own words."""

    school: str
    reach: str = ""
    phone: str = ""
    hours: str = ""
    mail: str = ""
    uai: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What is known, for a letter or the foot of a mail: telephone and hours, or else the school's own words."""
        known = tuple(text for text in (self.phone, self.hours) if text)
        return known or tuple(text for text in (self.reach,) if text)


_OFFICE = (
    School.name,
    School.office,
    School.office_phone,
    School.office_hours,
    School.office_mail,
    School.uai,
)
_of_school = select(*_OFFICE).where(School.id == bindparam("school"))
_of_account = select(*_OFFICE).where(School.id.in_(PRESENT_SCHOOLS)).limit(2)
_person_of = select(Account.person_id).where(Account.id == bindparam("account"))


def of_school(connection: Connection, school: int) -> SchoolOffice | None:
    row = connection.execute(_of_school, {"school": school}).one_or_none()
    return SchoolOffice(*row) if row else None


def of_account(connection: Connection, account: int) -> SchoolOffice | None:
    """The office of the only present school of an account's person; None without a school, or with several."""
    person = connection.execute(_person_of, {"account": account}).scalar_one_or_none()
    if person is None:
        return None
    rows = connection.execute(_of_account, {"person": person}).all()
    return SchoolOffice(*rows[0]) if len(rows) == 1 else None
