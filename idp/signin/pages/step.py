"""What every page of a step does first: find its request, and make sure that this step is the one owed now.

A page that is reloaded, opened from a bookmark or come back to leads to the dispatcher, which knows the way on.
"""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, g, redirect, url_for
from werkzeug.wrappers import Response

from idp.context import now
from idp.people.rules.accounts import AccountFacts
from idp.signin import cookies, pending, visits
from idp.signin.pending import Pending

blueprint = Blueprint("signin", "idp.signin.pages")

Page = str | tuple[str, int] | Response
StepView = Callable[[Pending], Page]


def step(name: str) -> Callable[[StepView], StepView]:
    """Serve a view as the page of the step `name`, at /login/<pending>/<name>."""

    def decorate(view: StepView) -> StepView:
        @blueprint.route(f"/login/<pending_id>/{name}", methods=["GET", "POST"], endpoint=name)
        @wraps(view)
        def page(pending_id: str) -> Page:
            waiting = pending.find(pending_id, cookies.browser(), now())
            g.ui_locales = waiting.asked.locales
            g.form_action = f"'self' {waiting.service.origin}" if waiting.service else "'self'"
            owed = visits.owed(waiting, now())
            return view(waiting) if owed is not None and owed.name == name else onward(waiting)

        return view

    return decorate


def onward(waiting: Pending) -> Response:
    """Back to the dispatcher, which asks what is owed next."""
    return redirect(url_for("oidc.resume", pending_id=waiting.id), 303)


def account() -> AccountFacts:
    """The account of whoever is here; the steps that ask for it come after signing in."""
    session = visits.current(now())
    assert session is not None
    return session.account
