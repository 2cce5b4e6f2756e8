"""The services of this person and the data that they receive, with "withdraw"."""

from flask import render_template, request

from idp.account import sessions as acts
from idp.account.pages.page import back_to, page
from idp.account.services import opened_here, services_of
from idp.runtime.context import now
from idp.signin.sessions import Session
from idp.web.form_pages import Page
from idp.web.forms import EmptyForm


@page("services")
def services(session: Session) -> Page:
    if EmptyForm().validate_on_submit():
        acts.withdraw(session, request.form.get("client", ""), now())
        return back_to("services", done="withdrawn")
    return render_template(
        "account/services.html",
        account=session.account,
        services=services_of(session.account.id, session.account.kind),
        opened=opened_here(session.account.profile),
    )
