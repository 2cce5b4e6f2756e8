"""The services of this person and the data that they receive, with "withdraw"."""

from flask import render_template, request

from idp.account import sessions as acts
from idp.account import storage
from idp.account.pages.page import back_to, page
from idp.database.engine import reading
from idp.oidc.clients import registry
from idp.oidc.clients.rules.consent_kinds import kinds
from idp.runtime.context import now
from idp.services.rules.kinds_in_words import in_words
from idp.signin.sessions import Session
from idp.web.form_pages import Page
from idp.web.forms import EmptyForm


@page("/services", "services")
def services(session: Session) -> Page:
    if EmptyForm().validate_on_submit():
        acts.withdraw(session, request.form.get("client", ""), now())
        return back_to("services", done="withdrawn")
    rows = []
    for service in storage.services(reading(), session.account.id):
        client = registry.find(service.client_id)
        if client is not None:
            words = in_words(kinds(service.scope, (), client.registration))
            rows.append((service, client.registration, words))
    return render_template("account/services.html", account=session.account, services=rows)
