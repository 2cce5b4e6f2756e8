"""The people of a school: a search field, a table, and acts on all people of the table."""

from typing import Any

from flask import request

from idp.console import bulk, school_people
from idp.console.pages.page import Desk, back, form_of, page, pressed, show
from idp.console.rules.people_query import A_PAGE, PeopleQuery, read_query
from idp.console.rules.rights import Act
from idp.people.rules.accounts import State
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE, RIGHT_MISSING, STATE_CHANGED
from idp.runtime.context import now
from idp.web.form_pages import Page

MOST = 5_000


@page("people", Act.SEE_PEOPLE)
def people(desk: Desk) -> Page:
    """The address holds the filters and the order of the table."""
    assert desk.school is not None
    reach = desk.reach(Act.SEE_PEOPLE)
    query = _query(desk)
    rows, total = school_people.a_page(desk.school.id, query, reach)
    return show(
        desk,
        "people",
        found=rows,
        total=total,
        query=query,
        text=request.args.get("q", ""),
        pages=max(1, -(-total // A_PAGE)),
        states=[str(state) for state in State],
        classes=school_people.classes_of(desk.school.id, reach),
        acts=[act for act, right in bulk.ACTS.items() if desk.may(right)],
    )


@page("many", Act.RESET, matters=True)
def many(desk: Desk) -> Page:
    """An act on all people of a search; the page shows their number and names first."""
    assert desk.school is not None
    act, form_page = request.values.get("do", ""), form_of(desk, "many")
    if act not in bulk.ACTS or not desk.may(bulk.ACTS[act]):
        raise Refusal(RIGHT_MISSING, f"may not {act} many")
    query = _query(desk)
    rows = school_people.everybody(desk.school.id, query, desk.reach(bulk.ACTS[act]))[:MOST]
    with form_page:
        if pressed() == "do":
            if not query.asks_anything and "everybody" not in request.form:
                raise Refusal(FIELD_UNUSABLE, "no search term, and not everybody", field=N_("tout le monde"))
            chosen = [row.account for row in rows]
            if len(chosen) != int(request.form.get("count", "-1")):
                raise Refusal(STATE_CHANGED, "the search has other results now")
            job = bulk.ask(desk.school.id, act, chosen, request.form.get("reason", ""), desk.actor, now())
            return back("job", number=job)
    return form_page.show(do=act, found=rows, query=query, text=request.values.get("q", ""))


def _query(desk: Desk) -> PeopleQuery:
    assert desk.school is not None
    values: Any = request.values
    classes = school_people.classes_of(desk.school.id)
    typed = " ".join(
        [values.get("q", ""), values.get("class", ""), values.get("state", ""), values.get("kind", "")]
    )
    return read_query(typed, classes, values.get("sort", ""), values.get("page", ""))
