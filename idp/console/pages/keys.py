"""Signing keys, and initial access tokens with which publishers register their services."""

from typing import Any

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from idp.console import approvals, key_costs
from idp.console.key_costs import Cost
from idp.console.pages.fields import Fields
from idp.console.pages.listed import choices, moments, numbers, table_or_file
from idp.console.pages.page import Desk, back, form_of, number, page, pressed
from idp.console.rules.rights import Act
from idp.console.rules.tables import Column
from idp.oidc import signing
from idp.oidc.clients import initial_tokens
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE
from idp.runtime.context import now
from idp.web.form_pages import Page
from keys.rotation import KeyRecord

ListedKey = tuple[KeyRecord, str, Cost]
Token = dict[str, Any]
KEY_STATES = {
    "next": N_("Suivante"),
    "signing": N_("Signe"),
    "retiring": N_("Vérifie encore"),
    "retired": N_("Retirée"),
}
TOKEN_STATES = {"usable": N_("Utilisable"), "over": N_("Terminé"), "revoked": N_("Retiré")}


KEYS: tuple[Column[ListedKey], ...] = (
    Column("kid", N_("Clé"), lambda row: row[0].kid[:8], sorts=True),
    Column("alg", N_("Signature"), lambda row: row[0].alg, sorts=True),
    Column("state", N_("État"), lambda row: gettext(KEY_STATES[row[1]]), sorts=True),
    moments("from", N_("Signe depuis"), lambda row: row[0].activates_at),
    moments("until", N_("Signe jusqu’au"), lambda row: row[0].retires_at),
    moments("removed", N_("Retirée le"), lambda row: row[0].removed_at),
)


TOKENS: tuple[Column[Token], ...] = (
    Column("label", N_("Pour qui"), lambda row: row["label"], sorts=True),
    moments("until", N_("Jusqu’au"), lambda row: row["expires_at"]),
    numbers("left", N_("Reste"), lambda row: row["uses_left"]),
    Column(
        "state",
        N_("État"),
        lambda row: gettext(TOKEN_STATES[initial_tokens.state_of(row, now())]),
        sorts=True,
    ),
    moments("made_at", N_("Fait le"), lambda row: row["made_at"], shown=False),
    Column("acts", N_("Que faire"), lambda row: "", in_file=False),
)


@page("keys", Act.KEYS, matters=True)
def keys(desk: Desk) -> Page:
    form_page = form_of(desk, "keys")
    with form_page:
        if pressed():
            done = True
            if pressed() == "rotate":
                done = approvals.do_or_ask("keys.rotate", {"alg": None}, "rotate", desk.actor, now())
            elif pressed() == "revoke":
                kid = request.form.get("kid", "")
                if request.form.get("typed", "").strip() != kid[:8]:
                    raise Refusal(
                        FIELD_UNUSABLE, "the key's beginning was not typed", field=N_("clé"), at=("typed",)
                    )
                done = approvals.do_or_ask("keys.revoke", {"kid": kid}, kid, desk.actor, now())
            return back("keys" if done else "approvals")
    listed = [(key, key.state(now()), key_costs.cost_of(key, now())) for key in signing.listing()]
    state = request.args.get("state", "")
    chosen = [row for row in listed if state in ("", row[1])]
    table = table_or_file(desk, KEYS, chosen, "keys", "cles.csv", state=state)
    if isinstance(table, Response):
        return table
    return form_page.show(table=table, states=choices(KEY_STATES), keys=listed)


@page("tokens", Act.SERVICES, matters=True)
def tokens(desk: Desk) -> Page:
    """Initial access tokens: for publishers who register their service themselves (RFC 7591)."""
    form_page, token = form_of(desk, "tokens"), None
    with form_page:
        if pressed() == "make":
            fields = Fields()
            label = fields.text("label", gettext("Pour qui"))
            days = fields.whole("days", gettext("Valable combien de jours (90 au plus)"), 1, 90)
            uses = fields.whole("uses", gettext("Pour combien de services"), 1, 100)
            fields.judge()
            token = initial_tokens.make(label, days, uses, desk.actor, now())
        elif pressed() == "revoke":
            initial_tokens.revoke(number("token"), desk.actor, now())
            return back("tokens")
    state = request.args.get("state", "")
    chosen = [row for row in initial_tokens.listed() if state in ("", initial_tokens.state_of(row, now()))]
    table = table_or_file(desk, TOKENS, chosen, "tokens", "jetons.csv", state=state)
    if isinstance(table, Response):
        return table
    return form_page.show(
        table=table,
        states=choices(TOKEN_STATES),
        state_of=lambda row: initial_tokens.state_of(row, now()),
        made=token,
    )
