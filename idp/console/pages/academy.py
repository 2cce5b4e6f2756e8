"""The academy: its schools, and the people of all of them."""

import json

from flask import Response, request
from flask_babel import gettext

from idp.console import academy as queries
from idp.console import approvals, overview, people, personal_data
from idp.console.pages import people as people_list
from idp.console.pages.fields import Fields
from idp.console.pages.listed import file_of, table_or_file
from idp.console.pages.page import Desk, back, chosen_keys, form_of, number, page, pressed, show
from idp.console.rules.rights import ALL_KINDS, FAMILIES, Act
from idp.console.rules.tables import MOST_ROWS, Column, table_of, wants_file
from idp.people import schools
from idp.people.rules.accounts import AccountFacts
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE, PERSON_NOT_FOUND, RIGHT_MISSING
from idp.runtime.context import now
from idp.web.form_pages import Page
from idp.web.languages import moment


def _share(row: queries.SchoolNumbers) -> str:
    return f"{row.active} / {row.accounts}"


COLUMNS: tuple[Column[queries.SchoolNumbers], ...] = (
    Column("name", N_("Établissement"), lambda row: row.name, sorts=True),
    Column("uai", N_("UAI"), lambda row: row.uai, sorts=True),
    Column("active", N_("Élèves actifs"), _share, sorts=True, is_number=True),
    Column(
        "imported_at",
        N_("Dernier import"),
        lambda row: moment(row.imported_at) if row.imported_at else "–",
        sorts=True,
    ),
)


PEOPLE = tuple(column for column in people_list.COLUMNS if column.key != "class")
"""The people of every school: which class is theirs is shown at their school."""


@page("academy", Act.SEE_ACADEMY)
def academy(desk: Desk) -> Page:
    """What waits and what went wrong, every school with its progress, and a search over all people."""
    text, form_page = request.args.get("q", ""), form_of(desk, "academy")
    with form_page:
        if pressed() == "school":
            _name_school(desk)
            return back("academy")
    if text and desk.may(Act.SEE_PEOPLE):
        kinds = ALL_KINDS if desk.may(Act.PERSONAL_DATA) else FAMILIES
        people_table = table_or_file(
            desk, PEOPLE, queries.search_people(text, kinds), "people", "personnes.csv", q=text
        )
        if isinstance(people_table, Response):
            return people_table
        return form_page.show(people_table=people_table, text=text)
    school = request.args.get("school", "")
    parameters = {"q": school} | {name: request.args.get(name, "") for name in ("sort", "page", "below")}
    if wants_file(request.args):
        listing = queries.schools(parameters, MOST_ROWS)
        return file_of(desk, COLUMNS, listing.rows, "schools", "etablissements.csv")
    table = table_of(COLUMNS, chosen_keys(), queries.schools(parameters), q="", school=school)
    return form_page.show(
        table=table,
        below=queries.BELOW,
        text=text,
        overview=overview.of_academy(desk.actor, now()),
        now=now(),
    )


def _name_school(desk: Desk) -> None:
    if not desk.may(Act.ADMINISTRATORS):
        raise Refusal(RIGHT_MISSING, "may not name schools")
    fields = Fields()
    name, office = fields.text("name", gettext("Nom")), request.form.get("office", "").strip()
    fields.judge()
    try:
        schools.name_school(request.form.get("uai", "").strip().upper(), name, office, now(), desk.actor)
    except schools.NoSuchSchool:
        raise Refusal(FIELD_UNUSABLE, "no UAI", field=N_("UAI"), at=("uai",)) from None


@page("academy_person", Act.SEE_PEOPLE)
def academy_person(desk: Desk, account: int) -> Page:
    """A person of any school: the schools at which to act on them, and the data that is stored on them."""
    facts = people.facts(account)
    if facts.kind == "staff" and not desk.may(Act.PERSONAL_DATA):
        raise Refusal(PERSON_NOT_FOUND, "no such account")
    record = queries.record_of(facts, now())
    return show(
        desk,
        "academy_person",
        account=facts,
        schools=record.schools,
        facts=record.facts,
        kept=record.obstacle,
        now=now(),
    )


@page("person_data", Act.PERSONAL_DATA, matters=True)
def person_data(desk: Desk, account: int) -> Page:
    """Export, hold, erase."""
    facts, form_page = people.facts(account), form_of(desk, "person_data")
    with form_page:
        if pressed() == "export":
            return _export(desk, facts)
        if pressed() == "hold":
            reason = request.form.get("reason", "")
            personal_data.hold(facts, min(number("days"), 3650), reason, desk.actor, now())
            return back("academy_person", account=account, done="held" if number("days") else "released")
        if pressed() == "erase":
            personal_data.erase(facts, request.form.get("reason", ""), desk.actor, now())
            return back("academy_person", account=account)
    record = queries.record_of(facts, now())
    return form_page.show(account=facts, facts=record.facts, kept=record.obstacle, now=now())


def _export(desk: Desk, account: AccountFacts) -> Page:
    """The file, or the page of approvals where another administrator has to agree."""
    if not approvals.may_export(account.actor, desk.actor, now()):
        approvals.do_or_ask("export", {"what": account.actor}, account.username, desk.actor, now())
        return back("approvals")
    document = personal_data.everything(account, desk.actor, now()).for_machines()
    headers = {
        "Content-Disposition": f'attachment; filename="{account.username}.json"',
        "Cache-Control": "no-store",
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return Response(text, mimetype="application/json", headers=headers)
