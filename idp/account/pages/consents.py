""" "Accords": what a guardian's children under 15 ask for, and what they were granted."""

from flask import request

from idp.account import sessions as acts
from idp.account.pages.page import back_to, number, page
from idp.refusals import Refusal
from idp.refusals.requests import CONSENT_QUESTION_GONE
from idp.runtime.context import now
from idp.services import consent
from idp.services.protocols import find_service
from idp.services.rules.kinds_in_words import in_words
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage, Page
from idp.web.forms import EmptyForm


@page("consents")
def consents(session: Session) -> Page:
    if session.account.kind != "guardian":
        return back_to("services")
    form_page = FormPage("account/consents.html", account=session.account)
    with form_page:
        if EmptyForm().validate_on_submit():
            _act(session, request.form.get("act", ""))
            return back_to("consents", done="1")
    rows = []
    for row in consent.of_children(session.account, now()):
        registered = find_service(row.client_id)
        if registered is not None and (row.asked_scope or row.given_at):
            protocol, service = registered
            kinds = protocol.kinds(service.id, row.asked_scope or row.scope, "pupil")
            rows.append((row, service, in_words(kinds)))
    return form_page.show(consents=rows)


def _act(session: Session, act: str) -> None:
    child = number("child")
    registered = find_service(request.form.get("client", ""))
    if registered is None or act not in ("agree", "refuse", "withdraw"):
        raise Refusal(CONSENT_QUESTION_GONE, "no such question")
    service = registered[1]
    if act == "withdraw":
        acts.withdraw_for_child(session, child, service.id, now())
    else:
        kinds = request.form.get("shown", "")
        consent.decide_for_child(session.account, child, service, kinds, act == "agree", now())
