"""The password again, before a change that matters."""

from flask import url_for

from idp.account.pages.page import page
from idp.signin.pages import guarded
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage, Page


@page("confirm")
def confirm(session: Session) -> Page:
    form_page = FormPage("account/confirm.html", account=session.account)
    return guarded.confirm_password(session, form_page, url_for("account.overview"))
