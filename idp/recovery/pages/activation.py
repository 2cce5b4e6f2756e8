""" "Je n'ai pas de compte": a guardian activates the account without a letter, or links an identity of another provider by the same proof."""

from flask import render_template, request

from idp.federation.pages import provider_login
from idp.people.sms_numbers import number_for_sms
from idp.recovery import attempts, self_activation
from idp.recovery.pages import blueprint
from idp.recovery.pages.forms import ContactForm
from idp.recovery.pages.steps import login_that_waits, offers_sms, onward, page_of, signed_in
from idp.recovery.rules.proofs import Child, Identification
from idp.refusals import Refusal
from idp.refusals.activation import BIRTH_DATES_MISSING
from idp.runtime.context import address, now
from idp.signin import cookies
from idp.web.form_pages import FormPage, Page
from idp.web.forms import EmptyForm, iso_date
from idp.web.languages import current_language


@blueprint.page("no_account")
def no_account() -> Page:
    return _number_page("activation")


@blueprint.page("link_account")
def link_account() -> Page:
    """After a login at another provider whose identity is not linked to an account yet."""
    provider_login.waiting_identity()
    return _number_page("linking")


def _number_page(purpose: str) -> Page:
    form, form_page = ContactForm(), FormPage("recovery/number.html")
    with form_page:
        if offers_sms() and form.validate_on_submit():
            return onward(_begin(purpose, form.contact.data or ""))
    return form_page.show(form=form, purpose=purpose, sms=offers_sms(), login=login_that_waits())


def _begin(purpose: str, typed: str) -> str:
    return attempts.begin(
        purpose,
        "sms",
        number_for_sms(typed),
        current_language(),
        login_that_waits(),
        cookies.browser(),
        address(),
        now(),
    )


@page_of("children")
def children(identification: Identification) -> Page:
    """A birth date for each child, or "not my child"."""
    form_page, candidates = FormPage("recovery/children.html"), self_activation.children(identification)
    with form_page:
        if EmptyForm().validate_on_submit():
            not_mine = frozenset(
                child.person for child in candidates if f"not-{child.person}" in request.form
            )
            birth_dates = _dates([child for child in candidates if child.person not in not_mine])
            here = cookies.browser(), address(), request.user_agent.string
            waiting = provider_login.waiting_identity() if identification.purpose == "linking" else None
            token = self_activation.prove_by_children(
                identification, birth_dates, not_mine, *here, now(), waiting
            )
            return signed_in(token, identification.login)
    return form_page.show(identification=identification, children=candidates)


def _dates(children: list[Child]) -> dict[int, str]:
    """Person id → ISO date. Raises Refusal A10, which names every child with an invalid date."""
    dates, wrong = {}, []
    for child in children:
        parts = (request.form.get(f"{child.person}-{part}", "") for part in ("day", "month", "year"))
        try:
            dates[child.person] = iso_date(*parts)
        except Refusal:
            wrong.append(child)
    if wrong:
        names = ", ".join(child.first_name for child in wrong)
        raise Refusal(
            BIRTH_DATES_MISSING, "no date", names=names, at=tuple(f"{child.person}-day" for child in wrong)
        )
    return dates


@page_of("known")
def known(identification: Identification) -> Page:
    """The account is active already: its username, and links to continue."""
    return render_template(
        "recovery/known.html", identification=identification, account=attempts.account_of(identification)
    )
