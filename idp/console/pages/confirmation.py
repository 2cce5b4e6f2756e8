"""The password again, before an act that matters."""

from flask import redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import Length

from idp.console.pages.page import Desk, Page, page, show
from idp.context import address, now
from idp.refusals import Refusal
from idp.signin import authentication, cookies, sessions


class PasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(validators=[Length(max=1024)])


@page("/confirm", "confirm", None)
def confirm(desk: Desk) -> Page:
    form, refusal = PasswordForm(), None
    if form.validate_on_submit():
        try:
            username = desk.session.account.username
            authentication.verify(username, form.password.data or "", address(), cookies.browser(), now())
            sessions.confirm(desk.session, now())
            return redirect(_wanted(), 303)
        except Refusal as met:
            refusal = met
    return show(desk, "confirm", refusal, form=form, then=_wanted())


def _wanted() -> str:
    """A page of the console, whatever the address says: one slash, then ours, and nothing that a browser would mend."""
    then = request.values.get("then", "")
    ours = then.startswith("/console/") and then.isascii() and then.isprintable() and "\\" not in then
    return then if ours and "//" not in then else url_for("console.home")
