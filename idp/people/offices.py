"""The office of a school, on letters and mails: its name, telephone, hours and address."""

from idp.database.engine import reading
from idp.people.storage import offices
from idp.people.storage.offices import SchoolOffice

__all__ = ["SchoolOffice", "of_account", "of_school"]


def of_school(school: int | None) -> SchoolOffice:
    """The office of a school; without a school, or of an unknown one, all texts are empty."""
    return (offices.of_school(reading(), school) if school else None) or SchoolOffice("")


def of_account(account: int | None) -> SchoolOffice:
    """The office of the person's only present school; of a person with several schools, all texts are empty."""
    return (offices.of_account(reading(), account) if account else None) or SchoolOffice("")
