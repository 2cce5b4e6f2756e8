"""Delegations to colleagues, and renewal campaigns."""

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from idp.accounts.rules.reasons import check_reason
from idp.console import delegations as acts
from idp.console.delegations import DelegationRow
from idp.console.pages.fields import Fields
from idp.console.pages.listed import choices, moments, table_or_file
from idp.console.pages.page import Desk, back, form_of, number, page, pressed
from idp.console.rules.account_words import KINDS
from idp.console.rules.rights import Act
from idp.console.rules.tables import Column
from idp.console.school_people import classes_of
from idp.people import campaigns
from idp.refusals import N_
from idp.runtime.context import begins_at, day_of, ends_at, last_day, now
from idp.web.form_pages import Page
from idp.web.languages import day

STATES = {
    "runs": N_("En cours"),
    "begins": N_("À venir"),
    "over": N_("Terminée"),
    "taken_back": N_("Reprise"),
}
"""State of a delegation → its word."""


def _kinds(row: DelegationRow) -> str:
    return ", ".join(gettext(KINDS[kind]) for kind in row.kinds)


COLUMNS: tuple[Column[DelegationRow], ...] = (
    Column("name", N_("Collègue"), lambda row: row.name, sorts=True),
    Column("kinds", N_("Pour qui"), _kinds, sorts=True),
    Column(
        "classes", N_("Classes"), lambda row: ", ".join(row.classes) if row.classes else gettext("Toutes")
    ),
    Column("since", N_("Du"), lambda row: day(day_of(row.since)), sorts=True, value=lambda row: row.since),
    Column(
        "until",
        N_("Au (compris)"),
        lambda row: day(last_day(row.until)),
        sorts=True,
        value=lambda row: row.until,
    ),
    Column("state", N_("État"), lambda row: gettext(STATES[row.state(now())]), sorts=True),
    moments("given_at", N_("Donnée le"), lambda row: row.given_at, shown=False),
    Column("acts", N_("Que faire"), lambda row: "", in_file=False),
)


@page("delegations", Act.DELEGATE, matters=True)
def delegations(desk: Desk) -> Page:
    assert desk.school is not None
    form_page = form_of(desk, "delegations")
    with form_page:
        if pressed():
            if pressed() == "lend":
                return back("delegations", uai=desk.school.uai, done="lent", delegation=_lend(desk))
            acts.take_back(desk.school.id, number("delegation"), desk.actor, now())
            return back("delegations", uai=desk.school.uai, done="taken_back")
    state = request.args.get("state", "")
    every = acts.of_school(desk.school.id)
    rows = [row for row in every if state in ("", row.state(now()))]
    file = f"delegations-{desk.school.uai}.csv"
    table = table_or_file(desk, COLUMNS, rows, "delegations", file, state=state)
    if isinstance(table, Response):
        return table
    return form_page.show(
        table=table,
        states=choices(STATES),
        lent=next((row for row in every if row.id == number("delegation")), None),
        last_day=last_day,
        colleagues=[
            colleague
            for colleague in acts.colleagues(desk.school.id)
            if colleague[0] != desk.session.account.person_id
        ],
        classes=classes_of(desk.school.id),
        now=now(),
    )


def _lend(desk: Desk) -> int:
    """The id of the delegation. From the first second of a day to the last second of another, in the time zone of the service."""
    assert desk.school is not None
    fields = Fields()
    kinds, classes = request.form.getlist("kind"), request.form.getlist("class")
    some_classes = request.form.get("scope") == "classes"
    fields.check(bool(kinds), "kind", gettext("Pour qui"))
    fields.check(not some_classes or bool(classes), "class", gettext("Classes"))
    first, last = fields.day("since", gettext("Du")), fields.day("until", gettext("Au (compris)"))
    fields.judge()
    return acts.lend(
        desk.school.id,
        number("person"),
        kinds,
        classes if some_classes else None,
        begins_at(first),
        ends_at(last),
        desk.session.account.person_id,
        desk.actor,
        now(),
    )


@page("renewal", Act.RENEW, matters=True)
def renewal(desk: Desk) -> Page:
    """Ask for new passwords at the next login, except of accounts never activated or changed since a day."""
    assert desk.school is not None
    form_page, accounts = form_of(desk, "renewal"), None
    with form_page:
        if pressed() == "ask":
            accounts = _ask(desk.school.uai, desk.actor)
    return form_page.show(asked=accounts, today=day_of(now()).isoformat())


def _ask(uai: str, actor: str) -> int:
    fields = Fields()
    kinds = [kind for kind in request.form.getlist("kind") if kind in campaigns.KINDS]
    fields.check(bool(kinds), "kind", gettext("Pour qui"))
    changed_before = fields.day(
        "changed_before", gettext("Sauf ceux qui ont choisi un mot de passe depuis le")
    )
    fields.judge()
    reason = request.form.get("reason", "").strip()
    check_reason(reason)
    return campaigns.ask_renewal(uai, kinds, begins_at(changed_before), actor, now(), reason)
