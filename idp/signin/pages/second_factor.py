"""Pages of the second factor: use, set-up, and sign-in by passkey without a password."""

from typing import Any

from flask import jsonify, make_response, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from idp.factors import authenticators, changes, passkeys
from idp.factors.rules.totp import key_address, shown_key
from idp.observability import counting
from idp.refusals import Refusal
from idp.refusals.requests import LOGIN_ALREADY_ANSWERED
from idp.runtime.context import address, now, settings
from idp.signin import cookies, current_login, passkey_offer, phone, second_factor
from idp.signin.pages import arrival, made_for
from idp.signin.pages.step import account, blueprint, onward, session, step
from idp.signin.pending import Pending
from idp.web.form_pages import FormPage, Page
from idp.web.forms import CodeForm, EmptyForm
from idp.web.languages import fill

MAKES_ONE = ("set_up_factor", "offer_passkey")
"""The steps whose passkey is a new one."""


@step("second_factor")
def second_factor_page(waiting: Pending) -> Page:
    form, form_page = CodeForm(), FormPage("signin/second_factor.html", waiting=waiting)
    with form_page:
        if form.validate_on_submit():
            token = second_factor.by_code(session(), form.code.data or "", now())
            return cookies.set_session(onward(waiting), token)
    app, keys, codes = changes.summary(account())
    return form_page.show(app=app, keys=keys, codes=codes)


@step("set_up_factor")
def set_up_factor(waiting: Pending) -> Page:
    """An authenticator app, or a passkey (by script)."""
    form, form_page = CodeForm(), FormPage("signin/set_up_factor.html", waiting=waiting)
    secret = authenticators.begin(account(), now())
    with form_page:
        if form.validate_on_submit():
            codes = authenticators.confirm(account(), form.code.data or "", now())
            token = second_factor.just_set_up(session(), second_factor.BY_CODE, now())
            onward_to = url_for("services.resume", pending_id=waiting.id)
            text = render_template("factors/recovery_codes.html", codes=codes, onward=onward_to)
            return cookies.set_session(make_response(text), token)
    square = qr_code(secret, account().username)
    return form_page.show(account=account(), key=shown_key(secret), square=square)


@step("offer_passkey")
def offer_passkey(waiting: Pending) -> Page:
    """The offer of a passkey on a phone, made once: a passkey (by script), or "later"."""
    form, form_page = EmptyForm(), FormPage("signin/offer_passkey.html", waiting=waiting)
    with form_page:
        if form.validate_on_submit():
            passkey_offer.answer(account(), now())
            return onward(waiting)
    return form_page.show(account=account())


def qr_code(secret: bytes, username: str) -> Markup:
    """The key as an inline SVG, so that no URL and no cache contains it."""
    return phone.square(key_address(secret, username, settings().service.name))


@blueprint.post("/login/<pending_id>/passkey/options")
def passkey_options(pending_id: str) -> Response:
    """WebAuthn options for the browser, for the step that is owed."""
    waiting = current_login.waiting_login(pending_id, now())
    try:
        owed, browser = _owed(waiting), cookies.browser()
    except Refusal as refusal:
        return refusal_as_json(refusal)
    if owed in MAKES_ONE:
        return jsonify(passkeys.registration_options(account(), browser, now()))
    return jsonify(passkeys.sign_in_options(account() if owed == "second_factor" else None, browser, now()))


@blueprint.post("/login/<pending_id>/passkey")
def passkey(pending_id: str) -> Response:
    """The authenticator's answer, for the same step."""
    waiting = current_login.waiting_login(pending_id, now())
    try:
        token, codes, accepted = _answered(_owed(waiting), request.get_data(as_text=True))
    except Refusal as refusal:
        return refusal_as_json(refusal)
    address_after = arrival.signed_in(token, url_for("services.resume", pending_id=waiting.id))
    answer: dict[str, Any] = {"onward": address_after, "codes": codes, "accepted": accepted}
    return cookies.set_session(jsonify(answer), token)


def refusal_as_json(refusal: Refusal) -> Response:
    """A refusal for the page's script: the text to show, and the code."""
    counting.refused(refusal.code, refusal.name)
    sentence = fill(refusal.sentence, refusal.facts)
    response = jsonify(
        {"code": refusal.code, "sentence": sentence, "unknown": bool(refusal.facts.get("unknown"))}
    )
    response.status_code = refusal.status
    return response


def _answered(owed: str, answer: str) -> tuple[str, list[str] | None, dict[str, Any] | None]:
    """(the cookie's token, recovery codes to show once, the passkeys that the browser may keep)."""
    browser = cookies.browser()
    if owed in MAKES_ONE:
        made, codes = passkeys.register(account(), browser, answer, request.args.get("name", ""), now())
        if owed == "offer_passkey":
            passkey_offer.answer(account(), now())
        return second_factor.just_set_up(session(), made.methods, now()), codes, None
    if owed == "second_factor":
        token = second_factor.by_passkey(session(), browser, answer, now())
        return token, None, passkeys.accepted(account().id)
    token, signed_in = second_factor.sign_in_by_passkey(
        answer, address(), request.user_agent.string, browser, now()
    )
    return token, None, passkeys.accepted(signed_in.id)


def _owed(waiting: Pending) -> str:
    """The step at which a passkey may be given now. Raises Refusal R04."""
    owed = current_login.owed(waiting, now())
    if owed is None or owed.name not in ("sign_in", "second_factor", *MAKES_ONE):
        raise Refusal(LOGIN_ALREADY_ANSWERED, "no step owes a passkey")
    present = current_login.current(now())
    if present is not None and owed.name in ("second_factor", *MAKES_ONE):
        made_for.hold(present)
    return owed.name
