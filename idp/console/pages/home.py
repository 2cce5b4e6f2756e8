"""The first page of the console: the schools of the user, and the progress of a school."""

from idp.console.pages.page import Desk, back, page, show
from idp.console.rules.rights import Act, may, schools_of
from idp.console.storage import numbers, rights
from idp.database.engine import reading
from idp.durations import DAY
from idp.runtime.context import now
from idp.web.form_pages import Page

WEEK = 7 * DAY


@page("/", "home", None)
def home(desk: Desk) -> Page:
    """A user of a single school goes to its page."""
    if may(desk.rights, Act.SEE_ACADEMY, None):
        return back("academy")
    schools = rights.schools_by_id(reading(), schools_of(desk.rights))
    if len(schools) == 1:
        name = "school" if may(desk.rights, Act.SEE_NUMBERS, schools[0].id) else "people"
        return back(name, uai=schools[0].uai)
    return show(desk, "home", schools=schools)


@page("/school/<uai>", "school", Act.SEE_NUMBERS)
def school(desk: Desk) -> Page:
    """The numbers of a school."""
    assert desk.school is not None
    classes = numbers.by_class(reading(), desk.school.id)
    reached = {account for account, _ in _accounts(desk)}
    return show(
        desk,
        "school",
        classes=classes,
        total=numbers.totals(reading(), desk.school.id),
        logins=numbers.logins_a_day(reading(), desk.school.id, now()),
        lost=[mail for mail in numbers.lost_mails(reading(), now() - WEEK) if mail.account in reached],
    )


def _accounts(desk: Desk) -> list[tuple[int, str]]:
    from idp.console.rules.people_query import PeopleQuery
    from idp.console.storage import search

    assert desk.school is not None
    people = search.all_in_school(reading(), PeopleQuery(), desk.reach(Act.SEE_NUMBERS), desk.school.id)
    return [(person.account, person.kind) for person in people]
