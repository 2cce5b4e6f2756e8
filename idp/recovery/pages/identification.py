"""The code that was sent, and which of several people with one number it is."""

from flask import render_template, request

from idp.context import address, now, settings
from idp.people.rules.phone_numbers import masked_number
from idp.recovery import identifications
from idp.recovery.pages.forms import NamesForm
from idp.recovery.pages.walk import Page, onward, page_of
from idp.recovery.rules.proofs import Identification
from idp.refusals import Refusal
from idp.signin import doors
from idp.signin.pages.forms import CodeForm, EmptyForm


@page_of("code")
def code(one: Identification) -> Page:
    """The same page whether anybody has this number or username, or not."""
    form, refusal, sent_again = CodeForm(), None, False
    try:
        if request.form.get("act") == "resend" and EmptyForm().validate_on_submit():
            identifications.send_again(one, now())
            sent_again = True
        elif form.validate_on_submit():
            identifications.prove_by_code(one, form.code.data or "", now())
            doors.network_was_right(address())
            return onward(one.id)
    except Refusal as met:
        refusal = met
    page = render_template(
        "recovery/code.html",
        one=one,
        number=masked_number(one.contact) if one.purpose != "password" else None,
        refusal=refusal,
        sent_again=sent_again,
        minutes=settings().recovery.sms_code // 60,
        link_minutes=settings().recovery.mail_link // 60,
    )
    return page, (refusal.status if refusal else 200)


@page_of("names")
def names(one: Identification) -> Page:
    """Asked after the code was right, never before."""
    form, refusal = NamesForm(), None
    if form.validate_on_submit():
        try:
            identifications.prove_by_names(
                one, form.first_name.data or "", form.family_name.data or "", now()
            )
            return onward(one.id)
        except Refusal as met:
            refusal = met
    page = render_template("recovery/names.html", one=one, form=form, refusal=refusal)
    return page, (refusal.status if refusal else 200)
