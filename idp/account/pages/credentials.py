"""Password, mail address, mobile number."""

from flask import request

from idp.account import mobile as mobile_acts
from idp.account.pages.page import back_to, here, page
from idp.passwords.forms import NewPasswordForm
from idp.people.rules.phone_numbers import masked_number
from idp.recovery import attempts
from idp.recovery.contacts import delayed_of
from idp.recovery.pages.forms import ContactForm
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.runtime.context import now, settings
from idp.signin import cookies, mail_confirmation
from idp.signin.pages import new_passwords
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage, Page
from idp.web.forms import CodeForm, EmptyForm, MailForm
from idp.web.languages import current_language


@page("password", matters=True)
def password(session: Session) -> Page:
    form, form_page = NewPasswordForm(), FormPage("account/password.html", but=(PASSWORD_ALREADY_SET,))
    with form_page:
        if form.validate_on_submit():
            token = new_passwords.choose(session, form)
            return cookies.set_session(back_to("overview", done="password"), token)
    return new_passwords.show_new_password(form_page, form, session.account)


@page("mail", matters=True)
def mail(session: Session) -> Page:
    """Change the address, type the code of the mail, have the mail sent again, or cancel."""
    form_page = FormPage("account/mail.html", account=session.account)
    with form_page:
        if request.method == "POST" and _mail_act(session):
            return back_to("mail")
    return form_page.show(
        form=MailForm(mail=None),
        waiting=mail_confirmation.waiting(session.account, now()),
        earlier=delayed_of(session.account, now()).get("mail"),
        lifetime=settings().passwords.mail_link,
    )


def _mail_act(session: Session) -> bool:
    account, act = session.account, request.form.get("act")
    if act == "change" and (form := MailForm()).validate_on_submit():
        mail_confirmation.change(account, form.mail.data or "", current_language(), now())
        return True
    if act == "code" and (code := CodeForm()).validate_on_submit():
        mail_confirmation.confirm_by_code(account, code.code.data or "", now())
        return True
    if act == "cancel" and EmptyForm().validate_on_submit():
        mail_confirmation.cancel(account, now())
        return True
    if act == "resend" and EmptyForm().validate_on_submit():
        mail_confirmation.resend(account, current_language(), now())
        return True
    return False


@page("mobile", matters=True)
def mobile(session: Session) -> Page:
    form, form_page = ContactForm(), FormPage("account/mobile.html", account=session.account)
    with form_page:
        if request.form.get("act") == "remove" and EmptyForm().validate_on_submit():
            mobile_acts.remove(session, now())
            return back_to("overview", done="mobile")
        if settings().sms.url and form.validate_on_submit():
            address, browser = here()
            identification = mobile_acts.begin(session, form.contact.data or "", browser, address, now())
            return back_to("mobile_code", identification=identification)
    return form_page.show(
        form=form,
        earlier=delayed_of(session.account, now()).get("mobile"),
        sms=bool(settings().sms.url),
    )


@page("mobile_code")
def mobile_code(session: Session, identification: str) -> Page:
    """The code that was sent to the new number."""
    attempt = attempts.find(identification, cookies.browser(), now())
    if attempt.purpose != "mobile" or attempt.account != session.account.id or attempt.finished:
        return back_to("mobile")
    form, form_page = CodeForm(), FormPage("account/mobile_code.html", account=session.account)
    with form_page:
        if request.form.get("act") == "resend" and EmptyForm().validate_on_submit():
            attempts.send_again(attempt, now())
        elif form.validate_on_submit():
            attempts.prove_by_code(attempt, form.code.data or "", now())
            mobile_acts.save(session, attempt, now())
            return back_to("overview", done="mobile")
    return form_page.show(number=masked_number(attempt.contact), minutes=settings().recovery.sms_code // 60)
