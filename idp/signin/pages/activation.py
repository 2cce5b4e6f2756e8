"""The first login after the letter's codes: new password, identity, the mail to confirm."""

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from idp.context import now, settings
from idp.languages import current_language
from idp.people import accounts
from idp.people.password_policy import policy_of
from idp.people.rules.credentials import RULES
from idp.refusals import Refusal
from idp.signin import activation, cookies, pending, sessions, visits
from idp.signin.pages.forms import CodeForm, IdentityForm, MailForm, NewPasswordForm
from idp.signin.pages.step import Page, account, blueprint, onward, step
from idp.signin.pending import Pending


@step("new_password")
def new_password(waiting: Pending) -> Page:
    form, failed = NewPasswordForm(), None
    if form.validate_on_submit():
        failed = _choose(form)
        if failed is None:
            return _signed_in_still(waiting)
    page = render_template(
        "signin/new_password.html",
        form=form,
        waiting=waiting,
        policy=policy_of(account()),
        rules=RULES,
        refusal=failed,
        different=form.is_submitted() and form.password.data != form.again.data,
    )
    return page, (failed.status if failed else 200)


def _choose(form: NewPasswordForm) -> Refusal | None:
    """The refusal, or None when the password is chosen."""
    try:
        if form.password.data != form.again.data:
            raise Refusal("A01", "the two passwords differ", failed=("same",))
        accounts.choose_password(account(), form.password.data or "", now(), f"account:{account().id}")
    except Refusal as refusal:
        return refusal
    return None


def _signed_in_still(waiting: Pending) -> Response:
    """A replaced password ends every session; the one in which it was replaced goes on under a new id."""
    session = visits.current(now())
    assert session is not None
    token = sessions.renew(session, now(), settings().sessions)
    response = onward(waiting)
    return cookies.set_session(response, token) if token else response


@step("identity")
def identity(waiting: Pending) -> Page:
    form, refusal = IdentityForm(mail=account().mail), None
    if form.validate_on_submit():
        try:
            birth_date = None if account().kind == "staff" else form.birth_date()
            activation.prove_identity(account(), form.mail.data or "", birth_date, current_language(), now())
            return onward(waiting)
        except Refusal as met:
            refusal = met
    page = render_template(
        "signin/identity.html", form=form, waiting=waiting, account=account(), refusal=refusal
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
        activation.confirm_by_code(account(), code.code.data or "", now())
        return True
    if act == "resend" and CodeForm().validate_on_submit():
        activation.resend(account(), current_language(), now())
        return True
    if act == "correct" and (mail := MailForm()).validate_on_submit():
        activation.correct_mail(account(), mail.mail.data or "", current_language(), now())
        return True
    return False


@blueprint.get("/login/<pending_id>/confirm_mail/status")
def confirm_mail_status(pending_id: str) -> Response:
    """Asked by the waiting page every few seconds: whether the mail has been confirmed, on any device."""
    waiting = pending.find(pending_id, cookies.browser(), now())
    owed = visits.owed(waiting, now())
    return jsonify({"done": owed is None or owed.name != "confirm_mail"})
