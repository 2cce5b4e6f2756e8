"""The password again, before a change that matters."""

from flask import current_app, render_template, request
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import Length

from idp.account.pages.page import Page, back_to, here, page
from idp.context import now
from idp.refusals import Refusal
from idp.signin import authentication, sessions
from idp.signin.sessions import Session


class PasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(validators=[Length(max=1024)])


@page("/confirm", "confirm")
def confirm(session: Session) -> Page:
    form, refusal = PasswordForm(), None
    if form.validate_on_submit():
        try:
            authentication.verify(session.account.username, form.password.data or "", *here(), now())
            sessions.confirm(session, now())
            return back_to(_wanted())
        except Refusal as met:
            refusal = met
    page_text = render_template(
        "account/confirm.html", form=form, account=session.account, refusal=refusal, then=_wanted()
    )
    return page_text, (refusal.status if refusal else 200)


def _wanted() -> str:
    """A page of ours, whatever the address says."""
    name = request.values.get("then", "")
    return name if f"account.{name}" in current_app.view_functions else "overview"
