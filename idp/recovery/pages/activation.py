""" "Je n'ai pas de compte": a guardian opens the account without a letter; and the same proof for another provider."""

from flask import render_template, request

from idp.context import address, now, settings
from idp.federation import pages as federation
from idp.languages import current_language
from idp.people.rules.phone_numbers import clean_number
from idp.recovery import identifications, self_activation
from idp.recovery.pages.forms import ContactForm
from idp.recovery.pages.walk import (
    Page,
    back_to_login,
    blueprint,
    login_that_waits,
    offers_sms,
    onward,
    page_of,
)
from idp.recovery.rules.proofs import Child, Identification
from idp.refusals import Refusal
from idp.signin import cookies
from idp.signin.pages.forms import EmptyForm, iso_date


@blueprint.route("/activation", methods=["GET", "POST"])
def no_account() -> Page:
    return _number_page("activation")


@blueprint.route("/activation/link", methods=["GET", "POST"])
def link_account() -> Page:
    """After another provider has said who it is, and before anybody is linked to that."""
    federation.waiting_identity()
    return _number_page("linking")


def _number_page(purpose: str) -> Page:
    form, refusal = ContactForm(), None
    if offers_sms() and form.validate_on_submit():
        try:
            return onward(_begin(purpose, form.contact.data or ""))
        except Refusal as met:
            refusal = met
    page = render_template(
        "recovery/number.html",
        form=form,
        refusal=refusal,
        purpose=purpose,
        sms=offers_sms(),
        login=login_that_waits(),
    )
    return page, (refusal.status if refusal else 200)


def _begin(purpose: str, typed: str) -> str:
    number = clean_number(typed, settings().sms.country)
    if number is None:
        raise Refusal("V09", "not a phone number")
    return identifications.begin(
        purpose,
        "sms",
        number,
        current_language(),
        login_that_waits(),
        cookies.browser(),
        address(),
        now(),
    )


@page_of("children")
def children(one: Identification) -> Page:
    """One birth date a child, or "not my child"."""
    refusal, known = None, self_activation.children(one)
    if EmptyForm().validate_on_submit():
        try:
            not_mine = frozenset(child.person for child in known if f"not-{child.person}" in request.form)
            given = _dates([child for child in known if child.person not in not_mine])
            here = cookies.browser(), address(), request.user_agent.string
            waiting = federation.waiting_identity() if one.purpose == "linking" else None
            token = self_activation.prove_by_children(one, given, not_mine, *here, now(), waiting)
            return cookies.set_session(back_to_login(one.login), token)
        except Refusal as met:
            refusal = met
    page = render_template("recovery/children.html", one=one, children=known, refusal=refusal)
    return page, (refusal.status if refusal else 200)


def _dates(children: list[Child]) -> dict[int, str]:
    """Person → ISO date. Raises Refusal A08 where there is no such day."""
    return {
        child.person: iso_date(
            *(request.form.get(f"{child.person}-{part}", "") for part in ("day", "month", "year"))
        )
        for child in children
    }


@page_of("known")
def known(one: Identification) -> Page:
    """The account is open already: its username, and the ways on."""
    return render_template("recovery/known.html", one=one, account=identifications.account_of(one))
