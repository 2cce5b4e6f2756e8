"""The first login after the letter's codes: new password, identity, the mail to confirm."""

from flask import jsonify, request
from werkzeug.wrappers import Response

from idp.passwords.forms import NewPasswordForm
from idp.people.rules.accounts import owes_birth_date
from idp.people.rules.mail_domains import Doubt, doubt_about, mailbox_of
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.runtime.context import now, settings
from idp.signin import activation, cookies, current_login, mail_confirmation, new_device
from idp.signin.pages import made_for, new_passwords
from idp.signin.pages.step import account, blueprint, onward, session, step
from idp.signin.pending import Pending
from idp.web.form_pages import FormPage, Page
from idp.web.forms import BirthDateForm, CodeForm, IdentityForm, MailForm
from idp.web.languages import current_language


@step("new_password")
def new_password(waiting: Pending) -> Page:
    form = NewPasswordForm()
    form_page = FormPage("signin/new_password.html", but=(PASSWORD_ALREADY_SET,), waiting=waiting)
    with form_page:
        if form.validate_on_submit():
            return cookies.set_session(onward(waiting), new_passwords.choose(session(), form))
    return new_passwords.show_new_password(form_page, form, account())


@step("identity")
def identity(waiting: Pending) -> Page:
    form = IdentityForm(mail=account().mail or waiting.typed_mail)
    form_page, doubt = FormPage("signin/identity.html", waiting=waiting), None
    with form_page:
        if form.validate_on_submit():
            form.mail.data, doubt = _mail_and_doubt(form.mail.data or "")
            current_login.remember_mail(waiting, form.mail.data, now())
            birth_date = form.birth_date() if owes_birth_date(account()) else None
            if doubt is None:
                activation.prove_identity(
                    session(), cookies.browser(), form.mail.data, birth_date, current_language(), now()
                )
                return onward(waiting)
    return form_page.show(form=form, account=account(), asks_date=owes_birth_date(account()), doubt=doubt)


def _mail_and_doubt(typed: str) -> tuple[str, Doubt | None]:
    """The address of the form, and a doubt about it until the person has answered. Nothing is changed without them."""
    chosen = request.form.get("mail_choice")
    return (chosen[:254], None) if chosen is not None else (typed, doubt_about(typed))


@step("new_device")
def new_device_page(waiting: Pending) -> Page:
    """The first login from this browser: a birth date makes it a known device."""
    form, form_page = BirthDateForm(), FormPage("signin/new_device.html", waiting=waiting)
    with form_page:
        if form.validate_on_submit():
            new_device.prove(session(), form.birth_date(), cookies.browser(), now())
            return onward(waiting)
    return form_page.show(form=form, account=account())


@step("confirm_mail")
def confirm_mail(waiting: Pending) -> Page:
    """ "Look in your mail box": type the code, request another, or correct the address. The link may be opened on
    another device; the page polls for it."""
    form_page, doubt = FormPage("signin/confirm_mail.html", waiting=waiting), None
    typed, chosen = request.form.get("mail"), request.form.get("mail_choice")
    with form_page:
        if request.method == "POST":
            if request.form.get("act") == "correct" and chosen is None:
                doubt = doubt_about(typed or "")
            if doubt is None and _confirm_act():
                return onward(waiting)
    address = mail_confirmation.asked_for(account(), now())
    return form_page.show(
        account=account(),
        code_form=CodeForm(),
        address=address,
        mail_form=MailForm(mail=address),
        doubt=doubt,
        mailbox=mailbox_of(address),
        lifetime=settings().passwords.mail_link,
        sent=request.args.get("sent"),
    )


def _confirm_act() -> bool:
    chosen = request.form.get("mail_choice")
    act = request.form.get("act") if chosen is None else "correct"
    if act == "code" and (code := CodeForm()).validate_on_submit():
        mail_confirmation.confirm_by_code(account(), code.code.data or "", now())
        return True
    if act == "resend" and CodeForm().validate_on_submit():
        mail_confirmation.resend(account(), current_language(), now())
        return True
    if act == "correct" and (mail := MailForm()).validate_on_submit():
        mail_confirmation.change(account(), (chosen or mail.mail.data or "")[:254], current_language(), now())
        return True
    return False


@blueprint.get("/login/<pending_id>/confirm_mail/status")
def confirm_mail_status(pending_id: str) -> Response:
    """Polled by the page every few seconds: whether the mail has been confirmed, on any device."""
    waiting = current_login.waiting_login(pending_id, now())
    present = current_login.current(now())
    if present is not None and not made_for.is_for(present):
        # Another tab has signed in another person: this page must not continue in their name.
        return jsonify({"done": False})
    owed = current_login.owed(waiting, now())
    return jsonify({"done": owed is None or owed.name != "confirm_mail"})
