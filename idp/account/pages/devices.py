"""Where this account is signed in, with "disconnect"."""

from flask import redirect, render_template, request, url_for

from idp.account import sessions as acts
from idp.account import storage
from idp.account.pages.page import Page, back_to, page
from idp.context import now, settings
from idp.database import reading
from idp.signin import cookies
from idp.signin.pages.forms import EmptyForm
from idp.signin.rules.browser_names import browser_name
from idp.signin.sessions import Session


@page("/devices", "devices")
def devices(session: Session) -> Page:
    if EmptyForm().validate_on_submit():
        if request.form.get("act") == "others":
            acts.disconnect_others(session, now())
            return back_to("devices", done="others")
        sid = request.form.get("sid", "")
        acts.disconnect(session, sid, now())
        if sid == session.sid:
            return cookies.clear_session(redirect(url_for("signin.home"), 303))
        return back_to("devices", done="one")
    found = storage.open_sessions(reading(), session.account.id, now(), settings().sessions.idle)
    return render_template(
        "account/devices.html",
        account=session.account,
        sessions=[(one, browser_name(one.browser_name)) for one in found],
        current=session.sid,
    )
