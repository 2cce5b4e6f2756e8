"""Passkeys, the authenticator app and recovery codes."""

from typing import Any

from flask import jsonify, make_response, render_template, request, url_for

from idp.account import security as acts
from idp.account.pages.page import back_to, page
from idp.factors import authenticators, changes, passkeys
from idp.factors.rules.totp import shown_key
from idp.federation import linking
from idp.refusals import Refusal
from idp.runtime.context import now
from idp.signin import cookies, second_factor
from idp.signin.pages.second_factor import qr_code, refusal_as_json
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage, Page
from idp.web.forms import CodeForm, EmptyForm


@page("security", matters=True)
def security(session: Session) -> Page:
    form_page = FormPage("account/security.html", account=session.account)
    with form_page:
        if EmptyForm().validate_on_submit():
            return _act(session)
    app, keys, codes = changes.summary(session.account)
    return form_page.show(
        app=app,
        keys=keys,
        codes=codes,
        identities=linking.identities_of(session.account),
    )


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
        return _codes_once(authenticators.renew_codes(session.account, now()))
    return back_to("security")


def _codes_once(codes: list[str] | None) -> str:
    return render_template("factors/recovery_codes.html", codes=codes, onward=url_for("account.security"))


@page("app", matters=True)
def app(session: Session) -> Page:
    """The key to scan, and the first code."""
    acts.may_change(session)
    form, form_page = CodeForm(), FormPage("account/app.html", account=session.account)
    secret = authenticators.begin(session.account, now())
    with form_page:
        if form.validate_on_submit():
            codes = authenticators.confirm(session.account, form.code.data or "", now())
            token = second_factor.just_set_up(session, second_factor.BY_CODE, now())
            return cookies.set_session(make_response(_codes_once(codes)), token)
    return form_page.show(key=shown_key(secret), square=qr_code(secret, session.account.username))


@page("passkey_options", matters=True)
def passkey_options(session: Session) -> Page:
    if request.method != "POST":
        return back_to("security")
    acts.may_change(session)
    return jsonify(passkeys.registration_options(session.account, cookies.browser(), now()))


@page("passkey", matters=True)
def passkey(session: Session) -> Page:
    if request.method != "POST":
        return back_to("security")
    try:
        acts.may_change(session)
        answer, name = request.get_data(as_text=True), request.args.get("name", "")
        added, codes = passkeys.register(session.account, cookies.browser(), answer, name, now())
    except Refusal as refusal:
        return refusal_as_json(refusal)
    token = second_factor.just_set_up(session, added.methods, now())
    answer_to_script: dict[str, Any] = {"onward": url_for("account.security"), "codes": codes}
    return cookies.set_session(jsonify(answer_to_script), token)
