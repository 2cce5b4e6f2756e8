"""The decorator of every recovery page: it reads the identification, and serves only its next page.

As for sign-in, pages never link to one another: reload, Back and a second tab redirect to the page that is due.
"""

from collections.abc import Callable
from functools import wraps

from flask import redirect, request, url_for
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
    """Redirect to the waiting login, else to "Mon compte"."""
    address = url_for("services.resume", pending_id=login) if login else url_for("account.overview")
    return redirect(address, 303)


def signed_in(token: str, login: str | None) -> Response:
    """Set the cookie of a new session: back to the waiting login, or first to the page of the session that it replaces."""
    address = arrival.signed_in(token, back_to_login(login).location)
    return cookies.set_session(redirect(address, 303), token)


def offers_sms() -> bool:
    """Whether a gateway is set up."""
    return bool(settings().sms.url)
