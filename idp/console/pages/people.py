"""The people of a school: one search field, one table, acts on all that it shows."""

from typing import Any

from flask import request

from idp.console import bulk
from idp.console.pages.page import Desk, Page, back, page, pressed, show
from idp.console.rules.people_query import A_PAGE, PeopleQuery, read_query
from idp.console.rules.rights import Act
from idp.console.storage import rights, search
from idp.context import now
from idp.database import reading
from idp.people.rules.accounts import State
from idp.refusals import Refusal

MOST = 5_000


@page("/school/<uai>/people", "people", Act.SEE_PEOPLE)
def people(desk: Desk) -> Page:
    """State and order of the table stand in the address."""
    assert desk.school is not None
    reach = desk.reach(Act.SEE_PEOPLE)
    query = _query(desk)
    found, total = search.in_school(reading(), query, reach, desk.school.id)
    return show(
        desk,
        "people",
        found=found,
        total=total,
        query=query,
        text=request.args.get("q", ""),
        pages=max(1, -(-total // A_PAGE)),
        states=[str(state) for state in State],
        classes=rights.classes_of(reading(), desk.school.id, reach),
        acts=[act for act, right in bulk.ACTS.items() if desk.may(right)],
    )


@page("/school/<uai>/people/many", "many", Act.RESET, matters=True)
def many(desk: Desk) -> Page:
    """An act on everybody whom a search finds: how many and who, before it is done."""
    assert desk.school is not None
    act, refusal = request.values.get("do", ""), None
    if act not in bulk.ACTS or not desk.may(bulk.ACTS[act]):
        raise Refusal("K01", f"may not {act} many")
    query = _query(desk)
    found = search.everybody(reading(), query, desk.reach(bulk.ACTS[act]), desk.school.id)[:MOST]
    if pressed() == "do":
        try:
            if not query.asks_anything and "everybody" not in request.form:
                raise Refusal("K08", "nobody was singled out", field="tout le monde")
            chosen = [one.account for one in found]
            if len(chosen) != int(request.form.get("count", "-1")):
                raise Refusal("K03", "other people are found now")
            job = bulk.ask(desk.school.id, act, chosen, request.form.get("reason", ""), desk.actor, now())
            return back("job", number=job)
        except Refusal as met:
            refusal = met
    return show(desk, "many", refusal, do=act, found=found, query=query, text=request.values.get("q", ""))


def _query(desk: Desk) -> PeopleQuery:
    assert desk.school is not None
    values: Any = request.values
    classes = rights.classes_of(reading(), desk.school.id)
    typed = " ".join(
        [values.get("q", ""), values.get("class", ""), values.get("state", ""), values.get("kind", "")]
    )
    return read_query(typed, classes, values.get("sort", ""), values.get("page", ""))
