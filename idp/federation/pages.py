"""To another provider and back, for guardians."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from idp.context import address, now
from idp.federation import authentication, linking, logout
from idp.refusals import Refusal
from idp.signin import cookies, pending

blueprint = Blueprint("federation", "idp.federation.pages", url_prefix="/federation")


@blueprint.get("/<name>/begin")
def begin(name: str) -> Response:
    login = request.args.get("login", "")
    waiting = pending.find(login, cookies.browser(), now()).id if login else None
    return redirect(authentication.begin(name, waiting, cookies.browser(), now()), 303)


@blueprint.get("/callback")
def callback() -> Response:
    """Known: a session. Not known yet: once, the way by SMS and birth dates."""
    proved = authentication.come_back(request.args.to_dict(), cookies.browser(), now())
    token = linking.sign_in(proved, cookies.browser(), address(), request.user_agent.string, now())
    if token is None:
        session["linking"] = linking.keep_waiting(proved, cookies.browser(), now())
        return redirect(url_for("recovery.link_account", login=proved.login), 303)
    onward = url_for("oidc.resume", pending_id=proved.login) if proved.login else url_for("account.overview")
    return cookies.set_session(redirect(onward, 303), token)


@blueprint.get("/signed_out")
def signed_out() -> Response | str:
    """Back from a logout over there; anybody else who comes here sees the same page, and is sent nowhere."""
    back_to = logout.come_back(request.args.get("state", ""), now())
    return redirect(back_to, 303) if back_to else render_template("signed_out.html", client=None)


def waiting_identity() -> str:
    """The token of the identity that waits in this browser. Raises Refusal F04."""
    token = session.get("linking")
    if not isinstance(token, str):
        raise Refusal("F04", "no identity waits in this browser")
    return token
