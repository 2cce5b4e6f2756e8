"""What the pages of a school show: its people, its classes and its numbers, within the reach of the administrator."""

from dataclasses import dataclass

from idp.console.rules.first_steps import FirstSteps, first_steps, most_have_letters
from idp.console.rules.people_query import PeopleQuery
from idp.console.rules.rights import Reach, SchoolRow
from idp.console.storage import first_steps as first_steps_storage
from idp.console.storage import numbers, rights, search
from idp.console.storage.numbers import ClassNumbers, LostMail
from idp.console.storage.search import PersonRow as PersonRow
from idp.database.engine import reading
from idp.durations import DAY
from idp.schools import appearance

WEEK = 7 * DAY


@dataclass(frozen=True)
class SchoolProgress:
    """`lost`: mails to people of the school that were given up in the last week."""

    classes: tuple[ClassNumbers, ...]
    total: ClassNumbers
    lost: tuple[LostMail, ...]


def a_page(school: int, query: PeopleQuery, reach: Reach) -> tuple[list[PersonRow], int]:
    """A page of the people of a school, and how many there are in all."""
    return search.in_school(reading(), query, reach, school)


def everybody(school: int, query: PeopleQuery, reach: Reach, most: int) -> list[PersonRow]:
    """The people of a search in the order that it asks for, for files and acts on many."""
    return search.all_in_school(reading(), query, reach, school, most)


def classes_of(school: int, reach: Reach | None = None) -> list[str]:
    """The class codes of a school, in order; within `reach`."""
    return rights.classes_of(reading(), school, reach)


def first_steps_of(school: SchoolRow, total: ClassNumbers) -> FirstSteps | None:
    """The check list of a school that has not done all of it; `total`: its numbers."""
    active = total.pupils_active + total.guardians_active
    has_letters = most_have_letters(total.pupils + total.guardians, total.letters_out, active)
    shown = appearance.of_school(school.uai)
    facts = first_steps_storage.facts(
        reading(), school.id, has_letters, shown.office.is_reachable, shown.brand.is_chosen
    )
    return first_steps(facts)


def progress(school: int, reach: Reach, now: int) -> SchoolProgress:
    """The numbers of a school, and the lost mails of the people within `reach`."""
    connection = reading()
    classes = numbers.by_class(connection, school)
    lost = numbers.lost_mails(connection, now - WEEK)
    reached = search.all_in_school(connection, PeopleQuery(), reach, school) if lost else []
    accounts = {person.account for person in reached}
    return SchoolProgress(
        tuple(classes),
        numbers.totals(connection, school),
        tuple(mail for mail in lost if mail.account in accounts),
    )
