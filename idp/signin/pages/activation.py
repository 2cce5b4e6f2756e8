"""The first login after the letter's codes: new password, identity, the mail to confirm."""

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from idp.context import now, settings
from idp.languages import current_language
from idp.people.password_policy import policy_of
from idp.people.rules.accounts import owes_birth_date
from idp.people.rules.credentials import RULES
from idp.refusals import Refusal
from idp.signin import activation, cookies, mail_confirmation, new_device, passwords, pending, visits
from idp.signin.pages.forms import BirthDateForm, CodeForm, IdentityForm, MailForm, NewPasswordForm
from idp.signin.pages.step import Page, account, blueprint, onward, step
from idp.signin.pending import Pending


@step("new_password")
def new_password(waiting: Pending) -> Page:
    form, refusal = NewPasswordForm(), None
    if form.validate_on_submit():
        session = visits.current(now())
        assert session is not None
        try:
            token = passwords.choose(session, form.password.data or "", form.again.data or "", now())
            return cookies.set_session(onward(waiting), token)
        except Refusal as met:
            refusal = met
    page = render_template(
        "signin/new_password.html",
        form=form,
        waiting=waiting,
        account=account(),
        policy=policy_of(account()),
        rules=RULES,
        refusal=refusal,
        different=form.is_submitted() and form.password.data != form.again.data,
    )
    return page, (refusal.status if refusal else 200)


@step("identity")
def identity(waiting: Pending) -> Page:
    form, refusal = IdentityForm(mail=account().mail), None
    session = visits.current(now())
    assert session is not None
    if form.validate_on_submit():
        try:
            birth_date = form.birth_date() if owes_birth_date(account()) else None
            activation.prove_identity(
                session, cookies.browser(), form.mail.data or "", birth_date, current_language(), now()
            )
            return onward(waiting)
        except Refusal as met:
            refusal = met
    page = render_template(
        "signin/identity.html",
        form=form,
        waiting=waiting,
        account=account(),
        refusal=refusal,
        asks_date=owes_birth_date(account()),
    )
    return page, (refusal.status if refusal else 200)


@step("new_device")
def new_device_page(waiting: Pending) -> Page:
    """The first login from this browser: one birth date, then it is known."""
    form, refusal = BirthDateForm(), None
    session = visits.current(now())
    assert session is not None
    if form.validate_on_submit():
        try:
            new_device.prove(session, form.birth_date(), cookies.browser(), now())
            return onward(waiting)
        except Refusal as met:
            refusal = met
    page = render_template(
        "signin/new_device.html", form=form, waiting=waiting, account=session.account, refusal=refusal
    )
    return page, (refusal.status if refusal else 200)


@step("confirm_mail")
def confirm_mail(waiting: Pending) -> Page:
    """ "Look in your mail box": type the code, have it sent again, or correct the address. The click itself may come
    from another device; the page notices."""
    refusal = None
    if request.method == "POST":
        try:
            if _confirm_act():
                return onward(waiting)
        except Refusal as met:
            refusal = met
    page = render_template(
        "signin/confirm_mail.html",
        waiting=waiting,
        account=account(),
        code_form=CodeForm(),
        mail_form=MailForm(mail=account().mail),
        refusal=refusal,
        hours=settings().passwords.mail_link // 3600,
        sent=request.args.get("sent"),
    )
    return page, (refusal.status if refusal else 200)


def _confirm_act() -> bool:
    act = request.form.get("act")
    if act == "code" and (code := CodeForm()).validate_on_submit():
        mail_confirmation.confirm_by_code(account(), code.code.data or "", now())
        return True
    if act == "resend" and CodeForm().validate_on_submit():
        mail_confirmation.resend(account(), current_language(), now())
        return True
    if act == "correct" and (mail := MailForm()).validate_on_submit():
        mail_confirmation.change(account(), mail.mail.data or "", current_language(), now())
        return True
    return False


@blueprint.get("/login/<pending_id>/confirm_mail/status")
def confirm_mail_status(pending_id: str) -> Response:
    """Asked by the waiting page every few seconds: whether the mail has been confirmed, on any device."""
    waiting = pending.find(pending_id, cookies.browser(), now())
    owed = visits.owed(waiting, now())
    return jsonify({"done": owed is None or owed.name != "confirm_mail"})
