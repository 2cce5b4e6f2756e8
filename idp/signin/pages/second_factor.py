"""The second step, setting one up, and the passkey that needs no password."""

from typing import Any

from flask import jsonify, make_response, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from idp.context import address, now, settings
from idp.factors import authenticators, changes, passkeys
from idp.factors.rules.totp import key_address, shown_key
from idp.languages import fill
from idp.refusals import Refusal
from idp.signin import cookies, pending, second_factor, visits
from idp.signin.pages.forms import CodeForm
from idp.signin.pages.step import Page, account, blueprint, onward, step
from idp.signin.pending import Pending
from idp.signin.sessions import Session


@step("second_factor")
def second_factor_page(waiting: Pending) -> Page:
    form, refusal = CodeForm(), None
    if form.validate_on_submit():
        try:
            token = second_factor.by_code(_session(), form.code.data or "", now())
            return cookies.set_session(onward(waiting), token)
        except Refusal as met:
            refusal = met
    app, keys, codes = changes.summary(account())
    page = render_template(
        "signin/second_factor.html", waiting=waiting, refusal=refusal, app=app, keys=keys, codes=codes
    )
    return page, (refusal.status if refusal else 200)


@step("set_up_factor")
def set_up_factor(waiting: Pending) -> Page:
    """An authenticator app, or a passkey (by script)."""
    form, refusal = CodeForm(), None
    secret = authenticators.begin(account(), now())
    if form.validate_on_submit():
        try:
            codes = authenticators.confirm(account(), form.code.data or "", now())
            token = second_factor.just_set_up(_session(), second_factor.BY_CODE, now())
            shown = make_response(
                render_template(
                    "factors/recovery_codes.html",
                    codes=codes,
                    onward=url_for("oidc.resume", pending_id=waiting.id),
                )
            )
            return cookies.set_session(shown, token)
        except Refusal as met:
            refusal = met
    page = render_template(
        "signin/set_up_factor.html",
        waiting=waiting,
        account=account(),
        refusal=refusal,
        key=shown_key(secret),
        picture=qr_code(secret, account().username),
    )
    return page, (refusal.status if refusal else 200)


def qr_code(secret: bytes, username: str) -> Markup:
    """The key as an inline SVG; it is in no address and no cache."""
    import segno

    code = segno.make(key_address(secret, username, settings().service.name), micro=False)
    return Markup(code.svg_inline(scale=4, border=2, svgclass="qr", omitsize=True))  # noqa: S704 - made here


@blueprint.post("/login/<pending_id>/passkey/options")
def passkey_options(pending_id: str) -> Response:
    """What the browser's authenticator is asked for: what the step that is owed needs."""
    waiting = pending.find(pending_id, cookies.browser(), now())
    owed, browser = _owed(waiting), cookies.browser()
    if owed == "set_up_factor":
        return jsonify(passkeys.registration_options(account(), browser, now()))
    return jsonify(passkeys.sign_in_options(account() if owed == "second_factor" else None, browser, now()))


@blueprint.post("/login/<pending_id>/passkey")
def passkey(pending_id: str) -> Response:
    """The authenticator's answer, for the same step."""
    waiting = pending.find(pending_id, cookies.browser(), now())
    try:
        token, codes = _answered(_owed(waiting), request.get_data(as_text=True))
    except Refusal as refusal:
        return told(refusal)
    answer: dict[str, Any] = {"onward": url_for("oidc.resume", pending_id=waiting.id), "codes": codes}
    return cookies.set_session(jsonify(answer), token)


def told(refusal: Refusal) -> Response:
    """A refusal for the page's own script: what to show, and the code."""
    response = jsonify(
        {"code": refusal.code, "sentence": fill(refusal.sentence, {"office": ""}, refusal.facts)}
    )
    response.status_code = refusal.status
    return response


def _answered(owed: str, answer: str) -> tuple[str, list[str] | None]:
    """(the cookie's token, recovery codes to show once)."""
    browser = cookies.browser()
    if owed == "set_up_factor":
        made, codes = passkeys.register(account(), browser, answer, request.args.get("name", ""), now())
        return second_factor.just_set_up(_session(), made.methods, now()), codes
    if owed == "second_factor":
        return second_factor.by_passkey(_session(), browser, answer, now()), None
    token, _ = second_factor.sign_in_by_passkey(answer, address(), request.user_agent.string, browser, now())
    return token, None


def _owed(waiting: Pending) -> str:
    """The step at which a passkey may be given now. Raises Refusal R04."""
    owed = visits.owed(waiting, now())
    if owed is None or owed.name not in ("profile", "sign_in", "second_factor", "set_up_factor"):
        raise Refusal("R04", "no step owes a passkey")
    return owed.name


def _session() -> Session:
    session = visits.current(now())
    assert session is not None
    return session
