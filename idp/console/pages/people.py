"""The people of a school: a search field, a table, and acts on all people of the table."""

from typing import Any

from flask import request
from flask_babel import gettext

from idp.console import bulk, school_people
from idp.console.pages.listed import file_of, moments, when
from idp.console.pages.page import Desk, back, chosen_keys, form_of, page, pressed, show
from idp.console.rules.account_words import GONE, KINDS, STATES
from idp.console.rules.listings import Listing
from idp.console.rules.people_query import A_PAGE, PeopleQuery, read_query
from idp.console.rules.rights import Act
from idp.console.rules.tables import MOST_ROWS, Column, table_of, wants_file
from idp.console.school_people import PersonRow
from idp.federation import upstreams
from idp.people.rules.accounts import State
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE, RIGHT_MISSING, STATE_CHANGED
from idp.runtime.context import now
from idp.web.form_pages import Page

MOST = 5_000


def _text_of(state: str, present: bool) -> str:
    word = STATES[state] if present or state == "closed" else GONE
    return str(gettext(word))


COLUMNS: tuple[Column[PersonRow], ...] = (
    Column("name", N_("Nom"), lambda row: f"{row.family_name} {row.first_name}", sorts=True),
    Column("kind", N_("Profil"), lambda row: gettext(KINDS[row.kind])),
    Column("class", N_("Classe"), lambda row: row.place or "–", sorts=True),
    Column("state", N_("État"), lambda row: _text_of(row.state, row.present), sorts=True),
    Column("username", N_("Identifiant"), lambda row: row.username),
    Column("mail", N_("Mail"), lambda row: row.mail or row.contact_mail or "–"),
    moments("last", N_("Dernière connexion"), lambda row: row.last_signed_in_at),
    Column("letter", N_("Courrier valable jusqu’au"), lambda row: when(row.letter_expires_at), shown=False),
)
FILTERS = ("q", "class", "kind", "state")


@page("people", Act.SEE_PEOPLE)
def people(desk: Desk) -> Page:
    """The address holds the filters, the order and the columns of the table."""
    assert desk.school is not None
    reach = desk.reach(Act.SEE_PEOPLE)
    query = _query(desk)
    if wants_file(request.args):
        return _file(desk, query)
    rows, total = school_people.a_page(desk.school.id, query, reach)
    values = {name: request.args.get(name, "") for name in FILTERS}
    listing = Listing(
        tuple(rows),
        total,
        query.page,
        max(1, -(-total // A_PAGE)),
        query.sort,
        {**values, "sort": query.sort},
    )
    return show(
        desk,
        "people",
        table=table_of(COLUMNS, chosen_keys(), listing),
        values=values,
        states=[str(state) for state in State],
        classes=school_people.classes_of(desk.school.id, reach),
        other_providers=bool(upstreams.every()),
        acts=[act for act, right in bulk.ACTS.items() if desk.may(right)],
    )


def _file(desk: Desk, query: PeopleQuery) -> Page:
    """Every row of the filter within reach, as CSV."""
    assert desk.school is not None
    rows = school_people.everybody(desk.school.id, query, desk.reach(Act.SEE_PEOPLE), MOST_ROWS)
    return file_of(desk, COLUMNS, rows, "people", f"personnes-{desk.school.uai}.csv")


@page("many", Act.RESET, matters=True)
def many(desk: Desk) -> Page:
    """An act on all people of a search; the page shows their number and names first."""
    assert desk.school is not None
    act, form_page = request.values.get("do", ""), form_of(desk, "many")
    if act not in bulk.ACTS or not desk.may(bulk.ACTS[act]):
        raise Refusal(RIGHT_MISSING, f"may not {act} many")
    query = _query(desk)
    rows = school_people.everybody(desk.school.id, query, desk.reach(bulk.ACTS[act]), MOST)
    with form_page:
        if pressed() == "do":
            if not query.asks_anything and "everybody" not in request.form:
                raise Refusal(FIELD_UNUSABLE, "no search term, and not everybody", field=N_("tout le monde"))
            chosen = [row.account for row in rows]
            if str(len(chosen)) != request.form.get("count", ""):
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
