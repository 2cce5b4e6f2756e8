"""The open sessions of this account, with "disconnect"."""

from flask import redirect, render_template, request, url_for

from idp.account import sessions as acts
from idp.account.pages.page import back_to, page
from idp.runtime.context import now
from idp.signin import cookies
from idp.signin.rules.browser_names import device_of
from idp.signin.sessions import Session
from idp.web.form_pages import Page
from idp.web.forms import EmptyForm


@page("devices")
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
    open_sessions = acts.open_sessions(session.account.id, now())
    return render_template(
        "account/devices.html",
        account=session.account,
        sessions=[(row, device_of(row.browser_name)) for row in open_sessions],
        current=session.sid,
    )
