""" "Mes enfants" for a guardian, "Mes responsables" for a pupil."""

from flask import request

from idp.account import children as acts
from idp.account.pages.page import back_to, here, number, page
from idp.accounts import guardianship
from idp.passwords.forms import SignInForm
from idp.people.rules.families import is_of_age
from idp.runtime.context import day_of, now, settings
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage, Page
from idp.web.forms import EmptyForm


@page("children", matters=True)
def children(session: Session) -> Page:
    if session.account.kind != "guardian":
        return back_to("guardians" if session.account.kind == "pupil" else "overview")
    form_page, reset = FormPage("account/children.html", account=session.account), None
    with form_page:
        if request.form.get("act") == "reset" and EmptyForm().validate_on_submit():
            reset = acts.reset_child(session.account, number("child"), now())
    relatives, today = acts.children_of(session.account), day_of(now()).isoformat()
    return form_page.show(
        children=relatives,
        of_age={child.person for child in relatives if is_of_age(child.birth_date, today)},
        reset=reset,
        days=settings().passwords.letter_days,
    )


@page("join", matters=True)
def join(session: Session) -> Page:
    """Another account of the same guardian, from another school."""
    if session.account.kind != "guardian":
        return back_to("overview")
    form, form_page = SignInForm(), FormPage("account/join.html", account=session.account)
    with form_page:
        if form.validate_on_submit():
            acts.join(session, form.username.data or "", form.password.data or "", *here(), now())
            return back_to("children", done="joined")
    return form_page.show(form=form)


@page("guardians", matters=True)
def guardians(session: Session) -> Page:
    """The guardians of this pupil; from the age of eighteen the pupil may end a link."""
    if session.account.kind != "pupil":
        return back_to("overview")
    form_page = FormPage("account/guardians.html", account=session.account)
    with form_page:
        if request.form.get("act") == "end" and EmptyForm().validate_on_submit():
            guardianship.end_link(session.account, number("link"), now())
            return back_to("guardians", done="ended")
    return form_page.show(
        guardians=acts.guardians_of(session.account),
        of_age=guardianship.may_end_links(session.account, now()),
    )
