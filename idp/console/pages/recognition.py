"""Who of a school will be recognised when they come from another provider, and who will not, and why."""

from collections import Counter

from flask import request
from flask_babel import gettext

from idp.console import recognition as recognised
from idp.console.pages.page import Desk, page, show
from idp.console.recognition import Recognition, RecognitionRow
from idp.console.rules.account_words import KINDS
from idp.console.rules.listings import arrange
from idp.console.rules.rights import Act
from idp.console.rules.tables import Column, table_of
from idp.console.rules.upstream_words import MATCHES, REMEDIES, WAYS, outlook_word
from idp.refusals import N_
from idp.web.form_pages import Page

COLUMNS: tuple[Column[RecognitionRow], ...] = (
    Column("name", N_("Nom"), lambda row: row.name, sorts=True),
    Column("kind", N_("Profil"), lambda row: gettext(KINDS[row.person.kind])),
    Column("class", N_("Classe"), lambda row: row.person.place or "–", sorts=True),
    Column(
        "outlook", N_("À la première connexion"), lambda row: gettext(outlook_word(row.outlook, row.match))
    ),
)
SHOWN = ("refused", "all", *WAYS)
"""Filters of the table; the first is that of an address without one."""


@page("recognition", Act.SEE_PEOPLE)
def recognition(desk: Desk) -> Page:
    """For each upstream the numbers; for the chosen one the people."""
    assert desk.school is not None
    lists = recognised.of_school(desk.school.id, desk.reach(Act.SEE_PEOPLE))
    name, wanted = request.args.get("provider", ""), request.args.get("show", "")
    chosen = next((listed for listed in lists if listed.upstream.name == name), lists[0] if lists else None)
    wanted = wanted if wanted in SHOWN else SHOWN[0]
    rows = [row for row in chosen.rows if wanted in ("all", row.outlook.way or "refused")] if chosen else []
    listing = arrange(
        rows,
        {"name": lambda row: row.name, "class": lambda row: row.person.place},
        request.args,
        provider=chosen.upstream.name if chosen else "",
        show=wanted,
    )
    return show(
        desk,
        "recognition",
        lists=[(listed, Counter(row.outlook.way or "refused" for row in listed.rows)) for listed in lists],
        chosen=chosen,
        wanted=wanted,
        shown=SHOWN,
        matches=MATCHES,
        remedies=REMEDIES,
        table=table_of(_columns(chosen), (), listing),
    )


def _columns(chosen: Recognition | None) -> tuple[Column[RecognitionRow], ...]:
    """Without the profile where all people have the same."""
    several = chosen is not None and len(chosen.upstream.profiles) > 1
    return tuple(column for column in COLUMNS if several or column.key != "kind")
