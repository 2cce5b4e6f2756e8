"""What every page of a recovery does first: find the identification, and make sure that this page is the next one.

As at the sign-in, pages never lead to one another: reload, Back and a second tab lead to the page that is due.
"""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from idp.context import now, settings
from idp.recovery import identifications
from idp.recovery.rules.proofs import Identification, next_page
from idp.refusals import Refusal
from idp.signin import cookies, pending

blueprint = Blueprint("recovery", "idp.recovery.pages")

Page = str | tuple[str, int] | Response
View = Callable[[Identification], Page]


def page_of(name: str) -> Callable[[View], View]:
    """Serve a view as the page `name` of an identification, at /recovery/<id>/<name>."""

    def decorate(view: View) -> View:
        @blueprint.route(f"/recovery/<identification>/{name}", methods=["GET", "POST"], endpoint=name)
        @wraps(view)
        def page(identification: str) -> Page:
            one = identifications.find(identification, cookies.browser(), now())
            return view(one) if next_page(one) == name else onward(one.id)

        return view

    return decorate


def onward(identification: str) -> Response:
    """To the page that is due."""
    return redirect(url_for("recovery.next_one", identification=identification), 303)


@blueprint.get("/recovery/<identification>")
def next_one(identification: str) -> Response:
    """The dispatcher."""
    one = identifications.find(identification, cookies.browser(), now())
    name = next_page(one)
    if name == "over":
        return back_to_login(one.login)
    return redirect(url_for(f"recovery.{name}", identification=one.id), 303)


def login_that_waits() -> str | None:
    """The login from which the person came here, if it is this browser's and still waits."""
    asked = request.values.get("login", "")
    try:
        return pending.find(asked, cookies.browser(), now()).id if asked else None
    except Refusal:
        return None


def back_to_login(login: str | None) -> Response:
    """To the login that waits, else to the person's own pages."""
    address = url_for("oidc.resume", pending_id=login) if login else url_for("account.overview")
    return redirect(address, 303)


def offers_sms() -> bool:
    """Whether a gateway is set up."""
    return bool(settings().sms.url)
