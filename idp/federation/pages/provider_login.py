"""Pages: to another provider, and back; the choice among several."""

from flask import g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from idp.federation import authentication, departure, linking, logout, upstreams
from idp.federation.pages import blueprint
from idp.federation.proved import Proved
from idp.federation.rules.assurance import Demand
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED
from idp.runtime.context import address, now
from idp.signin import cookies, current_login
from idp.signin.pages import arrival
from idp.web.form_pages import Page


@blueprint.page("begin")
def begin(name: str) -> Response:
    """From a page of ours without a login that waits."""
    return redirect(departure.begin(name, None, cookies.browser(), Demand(), now()), 303)


@blueprint.page("begin_login")
def begin_login(pending_id: str, name: str) -> Response:
    """What the service asks of the login is asked of the other provider too."""
    waiting = current_login.waiting_login(pending_id, now())
    owed = current_login.owed(waiting, now())
    if owed is None or owed.name not in ("profile", "sign_in"):
        return redirect(url_for("services.resume", pending_id=pending_id), 303)
    asked = waiting.asked
    if upstreams.named(name) not in upstreams.offered(asked.profiles):
        # The sign-in page has no button for it: the service accepts nobody who comes from there.
        return redirect(url_for("services.resume", pending_id=pending_id), 303)
    # After a refusal the person would be recognised there again without a question, and refused again.
    fresh = "login" in asked.prompt or "select_account" in asked.prompt or session.get("refused_at") == name
    demand = Demand(fresh, asked.max_age, asked.level == "eidas2")
    return redirect(departure.begin(name, waiting.id, cookies.browser(), demand, now()), 303)


@blueprint.page("choose")
def choose(pending_id: str) -> Page:
    """Several providers serve one profile: a page with all of them."""
    waiting = current_login.waiting_login(pending_id, now())
    g.ui_locales = waiting.asked.locales
    profile = waiting.profile or cookies.remembered_profile()
    profiles = [profile] if profile in waiting.asked.profiles else waiting.asked.profiles
    return render_template("federation/providers.html", waiting=waiting, offered=upstreams.offered(profiles))


@blueprint.page("callback")
def callback() -> Response:
    """The answer of an OpenID provider."""
    return arrived(authentication.come_back(request.args.to_dict(), cookies.browser(), now()))


def arrived(proved: Proved) -> Response:
    """A verified identity, in any protocol: sign in; a guardian with an unknown one links it (SMS code, children's birth dates)."""
    login = proved.departure.login
    session["refused_at"] = proved.upstream
    token = linking.sign_in(proved, cookies.browser(), address(), request.user_agent.string, now())
    session.pop("refused_at")
    if token is None:
        session["linking"] = linking.keep_waiting(proved, cookies.browser(), now())
        return redirect(url_for("recovery.link_account", login=login), 303)
    onward = url_for("services.resume", pending_id=login) if login else url_for("account.overview")
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
