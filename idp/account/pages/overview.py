"""The home: the state of each part of the account."""

from flask import render_template

from idp.account.home import home_of
from idp.account.pages.page import page
from idp.runtime.context import now
from idp.signin.sessions import Session
from idp.web.form_pages import Page


@page("overview")
def overview(session: Session) -> Page:
    account = session.account
    return render_template("account/overview.html", account=account, home=home_of(account, now()))
