"""Pages of an identification: the sent code; then the name or a child, where several people share the number."""

from flask import render_template, request

from idp.people.rules.phone_numbers import masked_number
from idp.recovery import attempts
from idp.recovery.pages.forms import NamesForm
from idp.recovery.pages.steps import onward, page_of
from idp.recovery.rules.proofs import Identification
from idp.refusals import Refusal
from idp.refusals.recovery import ANSWERS_NOT_ENOUGH
from idp.runtime.context import address, now, settings
from idp.signin import rate_limits
from idp.web.form_pages import FormPage, Page
from idp.web.forms import BirthDateForm, CodeForm, EmptyForm


@page_of("code")
def code(identification: Identification) -> Page:
    """The page is the same whether the number or username is known or not."""
    form, form_page, sent_again = CodeForm(), FormPage("recovery/code.html"), False
    with form_page:
        if request.form.get("act") == "resend" and EmptyForm().validate_on_submit():
            attempts.send_again(identification, now())
            sent_again = True
        elif form.validate_on_submit():
            attempts.prove_by_code(identification, form.code.data or "", now())
            rate_limits.network_succeeded(address())
            return onward(identification.id)
    return form_page.show(
        identification=identification,
        number=masked_number(identification.contact) if identification.purpose != "password" else None,
        sent_again=sent_again,
        minutes=settings().recovery.sms_code // 60,
        link_minutes=settings().recovery.mail_link // 60,
    )


@page_of("names")
def names(identification: Identification) -> Page:
    """First name and surname; only after the correct code."""
    form, form_page = NamesForm(), FormPage("recovery/names.html")
    with form_page:
        if form.validate_on_submit():
            attempts.prove_by_names(
                identification, form.first_name.data or "", form.family_name.data or "", now()
            )
            return onward(identification.id)
    return form_page.show(identification=identification, form=form)


@page_of("child")
def child(identification: Identification) -> Page:
    """The birth date of a child, if several people of the same name share the number. The page does not show how many."""
    form, form_page = BirthDateForm(), FormPage("recovery/child.html")
    with form_page:
        if form.validate_on_submit():
            attempts.prove_by_child(identification, form.birth_date(), now())
            return onward(identification.id)
    return form_page.show(identification=identification)


@page_of("office")
def office(identification: Identification) -> Page:
    """No answer of a family distinguishes these people: the school has to identify the person."""
    refusal = Refusal(ANSWERS_NOT_ENOUGH, "several candidates have the given name and child")
    page = render_template(
        "recovery/office.html",
        identification=identification,
        refusal=refusal,
        number=masked_number(identification.contact),
    )
    return page, refusal.status
