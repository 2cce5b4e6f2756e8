""" "Mot de passe perdu": by mail or SMS, and the new password."""

from collections.abc import Callable

from flask import render_template, request
from werkzeug.wrappers import Response

from idp.context import address, now
from idp.languages import current_language
from idp.people.password_policy import policy_of
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.credentials import RULES
from idp.recovery import activation_links, identifications, passwords
from idp.recovery.pages.forms import UsernameForm
from idp.recovery.pages.walk import (
    Page,
    back_to_login,
    blueprint,
    login_that_waits,
    offers_sms,
    onward,
    page_of,
)
from idp.recovery.rules.proofs import Identification
from idp.refusals import Refusal
from idp.signin import cookies
from idp.signin.pages.forms import NewPasswordForm


@blueprint.route("/recovery/password", methods=["GET", "POST"])
def lost_password() -> Page:
    form, refusal = UsernameForm(), None
    if form.validate_on_submit():
        try:
            return _begin(form.username.data or "")
        except Refusal as met:
            refusal = met
    page = render_template(
        "recovery/password_lost.html", form=form, refusal=refusal, sms=offers_sms(), login=login_that_waits()
    )
    return page, (refusal.status if refusal else 200)


def _begin(username: str) -> Response:
    method = "sms" if request.form.get("method") == "sms" and offers_sms() else "mail"
    one = identifications.begin(
        "password",
        method,
        username.strip(),
        current_language(),
        login_that_waits(),
        cookies.browser(),
        address(),
        now(),
    )
    return onward(one)


@page_of("password")
def password(one: Identification) -> Page:
    def choose(form: NewPasswordForm) -> str:
        given, again = form.password.data or "", form.again.data or ""
        return passwords.choose_by_code(one, given, again, *_here(), now())

    return _new_password(identifications.account_of(one), choose, one.login)


@blueprint.route("/recovery/link/<token>", methods=["GET", "POST"])
def link(token: str) -> Page:
    """Where the link of the mail leads, on whatever device. Mail scanners open links: opening alone uses nothing."""

    def choose(form: NewPasswordForm) -> str:
        given, again = form.password.data or "", form.again.data or ""
        return passwords.choose_by_link(token, given, again, *_here(), now())

    return _new_password(passwords.read_link(token, now()), choose, None)


@blueprint.route("/activation/link/<token>", methods=["GET", "POST"])
def activation_link(token: str) -> Page:
    """Where the mail leads that replaces a letter: the first password, then the login's own steps."""

    def choose(form: NewPasswordForm) -> str:
        given, again = form.password.data or "", form.again.data or ""
        return activation_links.choose(token, given, again, *_here(), now())

    return _new_password(activation_links.read(token, now()), choose, None, first=True)


def _here() -> tuple[str, str, str]:
    return cookies.browser(), address(), request.user_agent.string


def _new_password(
    account: AccountFacts, choose: Callable[[NewPasswordForm], str], login: str | None, first: bool = False
) -> Page:
    form, refusal = NewPasswordForm(), None
    if form.validate_on_submit():
        try:
            return cookies.set_session(back_to_login(login), choose(form))
        except Refusal as met:
            if met.code not in ("A01", "S06"):
                raise
            refusal = met
    page = render_template(
        "recovery/new_password.html",
        form=form,
        account=account,
        policy=policy_of(account),
        rules=RULES,
        refusal=refusal,
        first=first,
        different=form.is_submitted() and form.password.data != form.again.data,
    )
    return page, (refusal.status if refusal else 200)
