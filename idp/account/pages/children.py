""" "Mes enfants" for a guardian, "Mes responsables" for a pupil."""

from flask import render_template, request
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from idp.account import children as acts
from idp.account.pages.page import Page, back_to, here, page
from idp.context import now, settings
from idp.refusals import Refusal
from idp.signin.pages.forms import EmptyForm
from idp.signin.sessions import Session


class JoinForm(FlaskForm):  # type: ignore[misc]
    username = StringField(validators=[Length(max=200)])
    password = PasswordField(validators=[Length(max=1024)])


@page("/children", "children", matters=True)
def children(session: Session) -> Page:
    if session.account.kind != "guardian":
        return back_to("guardians" if session.account.kind == "pupil" else "overview")
    refusal, reset = None, None
    if request.form.get("act") == "reset" and EmptyForm().validate_on_submit():
        try:
            child = request.form.get("child", "")
            reset = acts.reset_child(session.account, int(child) if child.isdecimal() else 0, now())
        except Refusal as met:
            refusal = met
    text = render_template(
        "account/children.html",
        account=session.account,
        children=acts.children_of(session.account),
        of_age={
            one.person for one in acts.children_of(session.account) if acts.is_of_age(one.birth_date, now())
        },
        reset=reset,
        refusal=refusal,
        days=settings().passwords.letter_days,
    )
    return text, (refusal.status if refusal else 200)


@page("/children/join", "join", matters=True)
def join(session: Session) -> Page:
    """Another account of the same guardian, from another school."""
    if session.account.kind != "guardian":
        return back_to("overview")
    form, refusal = JoinForm(), None
    if form.validate_on_submit():
        try:
            acts.join(session, form.username.data or "", form.password.data or "", *here(), now())
            return back_to("children", done="joined")
        except Refusal as met:
            refusal = met
    text = render_template("account/join.html", account=session.account, form=form, refusal=refusal)
    return text, (refusal.status if refusal else 200)


@page("/guardians", "guardians", matters=True)
def guardians(session: Session) -> Page:
    """Who is a guardian of this pupil; from eighteen on the pupil may end a link."""
    if session.account.kind != "pupil":
        return back_to("overview")
    refusal = None
    if request.form.get("act") == "end" and EmptyForm().validate_on_submit():
        try:
            link = request.form.get("link", "")
            acts.end_link(session.account, int(link) if link.isdecimal() else 0, now())
            return back_to("guardians", done="ended")
        except Refusal as met:
            refusal = met
    text = render_template(
        "account/guardians.html",
        account=session.account,
        guardians=acts.guardians_of(session.account),
        of_age=acts.may_end_links(session.account, now()),
        refusal=refusal,
    )
    return text, (refusal.status if refusal else 200)
