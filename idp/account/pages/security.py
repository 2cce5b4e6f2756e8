"""Passkeys, the authenticator app and recovery codes."""

from typing import Any

from flask import jsonify, make_response, render_template, request, url_for

from idp.account import security as acts
from idp.account.pages.page import Page, back_to, page
from idp.context import now
from idp.factors import authenticators, changes, passkeys
from idp.factors.rules.totp import shown_key
from idp.federation import linking
from idp.refusals import Refusal
from idp.signin import cookies, second_factor
from idp.signin.pages.forms import CodeForm, EmptyForm
from idp.signin.pages.second_factor import qr_code, told
from idp.signin.sessions import Session


@page("/security", "security", matters=True)
def security(session: Session) -> Page:
    refusal = None
    if EmptyForm().validate_on_submit():
        try:
            return _act(session)
        except Refusal as met:
            refusal = met
    app, keys, codes = changes.summary(session.account)
    text = render_template(
        "account/security.html",
        account=session.account,
        app=app,
        keys=keys,
        codes=codes,
        identities=linking.identities_of(session.account),
        refusal=refusal,
    )
    return text, (refusal.status if refusal else 200)


def _act(session: Session) -> Page:
    acts.may_change(session)
    act = request.form.get("act")
    if act == "remove_app":
        acts.remove_app(session, now())
    elif act == "remove_passkey":
        acts.remove_passkey(session, request.form.get("passkey", ""), now())
    elif act == "unlink":
        linking.unlink(session.account, request.form.get("issuer", ""), now())
    elif act == "rename":
        passkeys.rename(session.account, request.form.get("passkey", ""), request.form.get("name", ""))
    elif act == "codes" and session.account.has_second_factor:
        codes = authenticators.renew_codes(session.account, now())
        return render_template("factors/recovery_codes.html", codes=codes, onward=url_for("account.security"))
    return back_to("security")


@page("/security/app", "app", matters=True)
def app(session: Session) -> Page:
    """The key to scan, and the first code."""
    acts.may_change(session)
    form, refusal = CodeForm(), None
    secret = authenticators.begin(session.account, now())
    if form.validate_on_submit():
        try:
            codes = authenticators.confirm(session.account, form.code.data or "", now())
            token = second_factor.just_set_up(session, second_factor.BY_CODE, now())
            shown = make_response(
                render_template(
                    "factors/recovery_codes.html", codes=codes, onward=url_for("account.security")
                )
            )
            return cookies.set_session(shown, token)
        except Refusal as met:
            refusal = met
    text = render_template(
        "account/app.html",
        account=session.account,
        refusal=refusal,
        key=shown_key(secret),
        picture=qr_code(secret, session.account.username),
    )
    return text, (refusal.status if refusal else 200)


@page("/security/passkey/options", "passkey_options", matters=True)
def passkey_options(session: Session) -> Page:
    if request.method != "POST":
        return back_to("security")
    acts.may_change(session)
    return jsonify(passkeys.registration_options(session.account, cookies.browser(), now()))


@page("/security/passkey", "passkey", matters=True)
def passkey(session: Session) -> Page:
    if request.method != "POST":
        return back_to("security")
    try:
        acts.may_change(session)
        answer, name = request.get_data(as_text=True), request.args.get("name", "")
        made, codes = passkeys.register(session.account, cookies.browser(), answer, name, now())
    except Refusal as refusal:
        return told(refusal)
    token = second_factor.just_set_up(session, made.methods, now())
    found: dict[str, Any] = {"onward": url_for("account.security"), "codes": codes}
    return cookies.set_session(jsonify(found), token)
