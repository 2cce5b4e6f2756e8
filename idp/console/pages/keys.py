"""Signing keys, and the tokens with which publishers register their services."""

from flask import request

from idp.console import approvals, key_costs
from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.rules.rights import Act
from idp.context import now
from idp.oidc import initial_tokens, signing
from idp.refusals import Refusal


@page("/academy/keys", "keys", Act.KEYS, matters=True)
def keys(desk: Desk) -> Page:
    refusal = None
    if pressed():
        try:
            done = True
            if pressed() == "rotate":
                done = approvals.do_or_ask("keys.rotate", {"alg": None}, "rotate", desk.actor, now())
            elif pressed() == "revoke":
                kid = request.form.get("kid", "")
                if request.form.get("typed", "").strip() != kid[:8]:
                    raise Refusal("K08", "the key's beginning was not typed", field="kid")
                done = approvals.do_or_ask("keys.revoke", {"kid": kid}, kid, desk.actor, now())
            return back("keys" if done else "approvals")
        except Refusal as met:
            refusal = met
    listed = [(key, key.state(now()), key_costs.cost_of(key, now())) for key in signing.listing()]
    return show(desk, "keys", refusal, keys=listed)


@page("/academy/tokens", "tokens", Act.SERVICES, matters=True)
def tokens(desk: Desk) -> Page:
    """Initial access tokens: for publishers who register their service themselves (RFC 7591)."""
    refusal, made = None, None
    if pressed() == "make":
        label, days, uses = request.form.get("label", "").strip(), number("days"), number("uses")
        if not label or not 1 <= days <= 90 or not 1 <= uses <= 100:
            refusal = Refusal("K08", "label, days or uses", field="jeton")
        else:
            made = initial_tokens.make(label, days, uses, desk.actor, now())
    elif pressed() == "revoke":
        initial_tokens.revoke(number("token"), desk.actor, now())
        return back("tokens")
    return show(desk, "tokens", refusal, tokens=initial_tokens.listed(), made=made, now=now())
