"""The password again, before an act that matters."""

from flask import url_for

from idp.console.pages.page import Desk, form_of, page
from idp.signin.pages import guarded
from idp.web.form_pages import Page


@page("confirm", None)
def confirm(desk: Desk) -> Page:
    return guarded.confirm_password(desk.session, form_of(desk, "confirm"), url_for("console.home"))
