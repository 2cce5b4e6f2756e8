""" "Accords": what a guardian's children under 15 ask for, and what they were granted."""

from flask import render_template, request

from idp.account import sessions as acts
from idp.account.pages.page import Page, back_to, page
from idp.context import now
from idp.oidc import clients, consent
from idp.oidc.rules.scopes_in_words import in_words
from idp.refusals import Refusal
from idp.signin.pages.forms import EmptyForm
from idp.signin.sessions import Session


@page("/consents", "consents")
def consents(session: Session) -> Page:
    if session.account.kind != "guardian":
        return back_to("services")
    refusal = None
    if EmptyForm().validate_on_submit():
        try:
            _act(session, request.form.get("act", ""))
            return back_to("consents", done="1")
        except Refusal as met:
            refusal = met
    shown = []
    for one in consent.of_children(session.account, now()):
        client = clients.find(one.client_id)
        if client is not None and (one.asked_scope or one.given_at):
            shown.append((one, client.registration, in_words(one.asked_scope or one.scope)))
    text = render_template("account/consents.html", account=session.account, consents=shown, refusal=refusal)
    return text, (refusal.status if refusal else 200)


def _act(session: Session, act: str) -> None:
    child = request.form.get("child", "")
    account = int(child) if child.isdecimal() and len(child) < 18 else 0
    client = clients.find(request.form.get("client", ""))
    if client is None or act not in ("agree", "refuse", "withdraw"):
        raise Refusal("Q02", "no such question")
    if act == "withdraw":
        acts.withdraw_for_child(session, account, client.client_id, now())
    else:
        shown = request.form.get("shown", "")
        consent.decide_for_child(session.account, account, client, shown, act == "agree", now())
