"""Password, mail address, mobile number."""

from flask import render_template, request

from idp.account import mobile as mobile_acts
from idp.account.pages.page import Page, back_to, here, page
from idp.context import now, settings
from idp.languages import current_language
from idp.people.password_policy import policy_of
from idp.people.rules.credentials import RULES
from idp.people.rules.phone_numbers import masked_number
from idp.recovery import identifications
from idp.recovery.pages.forms import ContactForm
from idp.refusals import Refusal
from idp.signin import cookies, mail_confirmation, passwords
from idp.signin.pages.forms import CodeForm, EmptyForm, MailForm, NewPasswordForm
from idp.signin.sessions import Session


@page("/password", "password", matters=True)
def password(session: Session) -> Page:
    form, refusal = NewPasswordForm(), None
    if form.validate_on_submit():
        try:
            token = passwords.choose(session, form.password.data or "", form.again.data or "", now())
            return cookies.set_session(back_to("overview", done="password"), token)
        except Refusal as met:
            refusal = met
    text = render_template(
        "account/password.html",
        form=form,
        account=session.account,
        policy=policy_of(session.account),
        rules=RULES,
        refusal=refusal,
        different=form.is_submitted() and form.password.data != form.again.data,
    )
    return text, (refusal.status if refusal else 200)


@page("/mail", "mail", matters=True)
def mail(session: Session) -> Page:
    """Another address, the code of its mail, or the mail once more."""
    refusal = None
    try:
        if request.method == "POST" and _mail_act(session):
            return back_to("mail")
    except Refusal as met:
        refusal = met
    text = render_template(
        "account/mail.html",
        account=session.account,
        form=MailForm(mail=None),
        refusal=refusal,
        hours=settings().passwords.mail_link // 3600,
    )
    return text, (refusal.status if refusal else 200)


def _mail_act(session: Session) -> bool:
    account, act = session.account, request.form.get("act")
    if act == "change" and (form := MailForm()).validate_on_submit():
        mail_confirmation.change(account, form.mail.data or "", current_language(), now())
        return True
    if act == "code" and (code := CodeForm()).validate_on_submit():
        mail_confirmation.confirm_by_code(account, code.code.data or "", now())
        return True
    if act == "resend" and EmptyForm().validate_on_submit():
        mail_confirmation.resend(account, current_language(), now())
        return True
    return False


@page("/mobile", "mobile", matters=True)
def mobile(session: Session) -> Page:
    form, refusal = ContactForm(), None
    try:
        if request.form.get("act") == "remove" and EmptyForm().validate_on_submit():
            mobile_acts.remove(session, now())
            return back_to("overview", done="mobile")
        if settings().sms.url and form.validate_on_submit():
            address, browser = here()
            one = mobile_acts.begin(session, form.contact.data or "", browser, address, now())
            return back_to("mobile_code", identification=one)
    except Refusal as met:
        refusal = met
    text = render_template(
        "account/mobile.html",
        account=session.account,
        form=form,
        refusal=refusal,
        sms=bool(settings().sms.url),
    )
    return text, (refusal.status if refusal else 200)


@page("/mobile/<identification>", "mobile_code")
def mobile_code(session: Session, identification: str) -> Page:
    """The code that was sent to the new number."""
    one, refusal = identifications.find(identification, cookies.browser(), now()), None
    if one.purpose != "mobile" or one.account != session.account.id or one.finished:
        return back_to("mobile")
    form = CodeForm()
    try:
        if request.form.get("act") == "resend" and EmptyForm().validate_on_submit():
            identifications.send_again(one, now())
        elif form.validate_on_submit():
            identifications.prove_by_code(one, form.code.data or "", now())
            mobile_acts.keep(session, one, now())
            return back_to("overview", done="mobile")
    except Refusal as met:
        refusal = met
    text = render_template(
        "account/mobile_code.html",
        account=session.account,
        number=masked_number(one.contact),
        refusal=refusal,
        minutes=settings().recovery.sms_code // 60,
    )
    return text, (refusal.status if refusal else 200)
