"""Which services this person has gone to, what they receive, with "withdraw"."""

from flask import render_template, request

from idp.account import sessions as acts
from idp.account import storage
from idp.account.pages.page import Page, back_to, page
from idp.context import now
from idp.database import reading
from idp.oidc import clients
from idp.oidc.rules.consent import kinds
from idp.oidc.rules.scopes_in_words import in_words
from idp.signin.pages.forms import EmptyForm
from idp.signin.sessions import Session


@page("/services", "services")
def services(session: Session) -> Page:
    if EmptyForm().validate_on_submit():
        acts.withdraw(session, request.form.get("client", ""), now())
        return back_to("services", done="withdrawn")
    found = []
    for one in storage.services(reading(), session.account.id):
        client = clients.find(one.client_id)
        if client is not None:
            said = client.registration
            found.append((one, said, in_words(kinds(one.scope, (), said))))
    return render_template("account/services.html", account=session.account, services=found)
