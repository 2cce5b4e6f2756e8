"""Pages: begin and callback of another provider, for guardians."""

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from idp.federation import authentication, linking, logout
from idp.federation.pages import blueprint
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED
from idp.runtime.context import address, now
from idp.signin import cookies, pending
from idp.signin.pages import arrival


@blueprint.page("begin")
def begin(name: str) -> Response:
    login = request.args.get("login", "")
    if login:
        pending.of_browser(login, cookies.browser(), now())
    return redirect(authentication.begin(name, login or None, cookies.browser(), now()), 303)


@blueprint.page("callback")
def callback() -> Response:
    """Linked identity: sign in. Unknown identity: start the one-time linking (SMS code, children's birth dates)."""
    proved = authentication.come_back(request.args.to_dict(), cookies.browser(), now())
    token = linking.sign_in(proved, cookies.browser(), address(), request.user_agent.string, now())
    if token is None:
        session["linking"] = linking.keep_waiting(proved, cookies.browser(), now())
        return redirect(url_for("recovery.link_account", login=proved.login), 303)
    onward = (
        url_for("services.resume", pending_id=proved.login) if proved.login else url_for("account.overview")
    )
    return cookies.set_session(redirect(arrival.signed_in(token, onward), 303), token)


@blueprint.page("signed_out")
def signed_out() -> Response | str:
    """Return from the other provider's logout. Any other visitor sees the same page without a redirect."""
    back_to = logout.come_back(request.args.get("state", ""), now())
    return redirect(back_to, 303) if back_to else render_template("signed_out.html", asking=None)


def waiting_identity() -> str:
    """The token of the unlinked identity of this browser. Raises Refusal F04."""
    token = session.get("linking")
    if not isinstance(token, str):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "no identity waits in this browser")
    return token
