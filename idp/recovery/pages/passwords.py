""" "Mot de passe perdu": by mail or SMS, and the new password."""

from collections.abc import Callable
from functools import partial

from flask import render_template, request
from werkzeug.wrappers import Response

from idp.passwords.forms import NewPasswordForm
from idp.people.rules.accounts import AccountFacts
from idp.recovery import activation_links, attempts, passwords
from idp.recovery.pages import blueprint
from idp.recovery.pages.forms import UsernameForm
from idp.recovery.pages.steps import login_that_waits, offers_sms, onward, page_of, signed_in
from idp.recovery.rules.proofs import Identification
from idp.refusals.activation import PASSWORD_TOO_WEAK, PASSWORD_UNCHANGED
from idp.refusals.signing_in import TOO_BUSY
from idp.runtime.context import address, now
from idp.signin import cookies
from idp.signin.pages.new_passwords import show_new_password
from idp.web.form_pages import FormPage, Page
from idp.web.languages import current_language

Choose = Callable[[str, str, str, str, str, int], str]
"""(password, password again, browser, address, name of the browser, now) → the session cookie's token."""


@blueprint.page("lost_password")
def lost_password() -> Page:
    """A link with values typed on another page (`act=fill`) opens this page with the fields filled in."""
    form, form_page = UsernameForm(), FormPage("recovery/password_lost.html")
    with form_page:
        if request.form.get("act") != "fill" and form.validate_on_submit():
            return _begin(form.username.data or "")
    return form_page.show(form=form, sms=offers_sms(), login=login_that_waits())


def _begin(username: str) -> Response:
    method = "sms" if request.form.get("method") == "sms" and offers_sms() else "mail"
    identification = attempts.begin(
        "password",
        method,
        username.strip(),
        current_language(),
        login_that_waits(),
        cookies.browser(),
        address(),
        now(),
    )
    return onward(identification)


@page_of("password")
def password(identification: Identification) -> Page:
    choose = partial(passwords.choose_by_code, identification)
    return _new_password(attempts.account_of(identification), choose, identification.login)


@blueprint.page("link")
def link(token: str) -> Page:
    """The page of the mail's link, on any device. Mail scanners open links, so a GET does not use it."""
    if passwords.is_done(token, now()):
        return render_template("signin/done_already.html", what="password")
    return _new_password(passwords.read_link(token, now()), partial(passwords.choose_by_link, token), None)


@blueprint.page("activation_link")
def activation_link(token: str) -> Page:
    """The page of the link that replaces a letter: the first password, then the steps of the login."""
    if activation_links.is_done(token, now()):
        return render_template("signin/done_already.html", what="password")
    return _new_password(
        activation_links.read(token, now()), partial(activation_links.choose, token), None, first=True
    )


def _new_password(account: AccountFacts, choose: Choose, login: str | None, first: bool = False) -> Page:
    form = NewPasswordForm()
    form_page = FormPage("recovery/new_password.html", (PASSWORD_TOO_WEAK, PASSWORD_UNCHANGED, TOO_BUSY))
    with form_page:
        if form.validate_on_submit():
            typed = form.password.data or "", form.again.data or ""
            browser_name = request.user_agent.string
            return signed_in(choose(*typed, cookies.browser(), address(), browser_name, now()), login)
    return show_new_password(form_page, form, account, first=first)
