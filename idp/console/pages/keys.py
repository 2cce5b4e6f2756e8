"""Signing keys, and initial access tokens with which publishers register their services."""

from flask import request
from flask_babel import gettext

from idp.console import approvals, key_costs
from idp.console.pages.fields import Fields
from idp.console.pages.page import Desk, back, form_of, number, page, pressed
from idp.console.rules.rights import Act
from idp.oidc import signing
from idp.oidc.clients import initial_tokens
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE
from idp.runtime.context import now
from idp.web.form_pages import Page


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
    return form_page.show(keys=listed)


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
    return form_page.show(tokens=initial_tokens.listed(), made=token, now=now())
