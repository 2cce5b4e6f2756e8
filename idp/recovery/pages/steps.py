"""The decorator of every recovery page: it reads the identification, and serves only its next page.

As for sign-in, pages never link to one another: reload, Back and a second tab redirect to the page that is due.
"""

from collections.abc import Callable
from functools import wraps

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from idp.recovery import attempts
from idp.recovery.pages import blueprint
from idp.recovery.rules.proofs import Identification, next_page
from idp.refusals import Refusal
from idp.runtime.context import now, settings
from idp.signin import cookies, pending
from idp.signin.pages import arrival
from idp.web.form_pages import Page

View = Callable[[Identification], Page]


def page_of(name: str) -> Callable[[View], View]:
    """Serve a view as the page `name` of an identification, at /recovery/<id>/<name>."""

    def decorate(view: View) -> View:
        @blueprint.page(name)
        @wraps(view)
        def page(identification: str) -> Page:
            current = attempts.find(identification, cookies.browser(), now())
            return view(current) if next_page(current) == name else onward(current.id)

        return view

    return decorate


def onward(identification: str) -> Response:
    """Redirect to the page that is due."""
    return redirect(url_for("recovery.next_one", identification=identification), 303)


@blueprint.page("next_one")
def next_one(identification: str) -> Response:
    """The dispatcher."""
    current = attempts.find(identification, cookies.browser(), now())
    name = next_page(current)
    if name == "over":
        return back_to_login(current.login)
    return redirect(url_for(f"recovery.{name}", identification=current.id), 303)


def login_that_waits() -> str | None:
    """The id of the login from which the recovery began, if this browser holds it and it has not expired."""
    login = request.values.get("login", "")
    try:
        pending.of_browser(login, cookies.browser(), now())
    except Refusal:
        return None
    return login


def back_to_login(login: str | None) -> Response:
    """To the waiting login, else to "Mon compte"."""
    return _leave_form(_login_or_account(login), login)


def _login_or_account(login: str | None) -> str:
    return url_for("services.resume", pending_id=login) if login else url_for("account.overview")


def _leave_form(address: str, login: str | None) -> Response:
    """Go on to `address`. A login that waits ends at its service, whose origin these pages do not know.

    A browser follows the redirects of a form only where the form's page allows it (`form-action`, CSP3 §6.4.2.1), so the
    way to the service begins at a page of its own, which goes on by itself, without a script.
    """
    if login is None:
        return redirect(address, 303)
    return make_response(render_template("recovery/onward.html", onward=address))


def signed_in(token: str, login: str | None) -> Response:
    """Set the cookie of a new session: back to the waiting login, or first to the page of the session that it replaces."""
    address = arrival.signed_in(token, _login_or_account(login))
    return cookies.set_session(_leave_form(address, login), token)


def offers_sms() -> bool:
    """Whether a gateway is set up."""
    return bool(settings().sms.url)
