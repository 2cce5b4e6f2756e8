"""The first page of the console: the schools of the user, and the progress of a school."""

from idp.console import overview, reach, school_people
from idp.console.pages.page import Desk, back, page, show
from idp.console.rules.rights import Act, may, schools_of
from idp.runtime.context import now
from idp.web.form_pages import Page


@page("home", None)
def home(desk: Desk) -> Page:
    """A user of a single school goes to its page."""
    if may(desk.rights, Act.SEE_ACADEMY, None):
        return back("academy")
    schools = reach.schools(schools_of(desk.rights))
    if len(schools) == 1:
        name = "school" if may(desk.rights, Act.SEE_NUMBERS, schools[0].id) else "people"
        return back(name, uai=schools[0].uai)
    return show(desk, "home", schools=schools)


@page("school", Act.SEE_NUMBERS)
def school(desk: Desk) -> Page:
    """The numbers of a school."""
    assert desk.school is not None
    progress = school_people.progress(desk.school.id, desk.reach(Act.SEE_NUMBERS), now())
    return show(
        desk,
        "school",
        classes=progress.classes,
        total=progress.total,
        lost=progress.lost,
        first_steps=school_people.first_steps_of(desk.school, progress.total),
        overview=overview.of_school(desk.school, desk.reach(Act.DETACH).kinds, now()),
        to_print=[kind for kind in ("pupil", "guardian") if kind in desk.reach(Act.PRINT_LETTERS).kinds],
        now=now(),
    )
