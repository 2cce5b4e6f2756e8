"""The decorator of every step's page: it reads the waiting request, and serves the page only if the step is owed now.

A page that is reloaded, bookmarked or reached by Back redirects to the dispatcher, which computes the next step.
"""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from idp.network.urls import origin_of
from idp.people.rules.accounts import AccountFacts
from idp.runtime.context import now, settings
from idp.schools import of_page
from idp.signin import current_login, phone
from idp.signin.pages import guarded, made_for
from idp.signin.pending import Pending
from idp.signin.sessions import Session
from idp.web.form_pages import Page

blueprint = Blueprint("signin", "idp.signin.pages")
blueprint.add_app_template_global(made_for.mark, "made_for")
blueprint.add_app_template_global(made_for.person, "signed_in_person")
blueprint.add_app_template_global(made_for.page_again, "page_again")
blueprint.add_app_template_global(phone.address_at_phone, "address_at_phone")
blueprint.add_app_template_global(phone.square, "qr_square")

StepView = Callable[[Pending], Page]


def step(name: str, for_anybody: bool = False) -> Callable[[StepView], StepView]:
    """Serve a view as the page of the step `name`, at /login/<pending>/<name>.

    `for_anybody`: the form acts for the person who filled it in, and not for the signed-in account. It is processed even
    if another tab has signed in a person meanwhile; the view itself redirects onward if nothing was filled in.
    """

    def decorate(view: StepView) -> StepView:
        @blueprint.route(f"/login/<pending_id>/{name}", methods=["GET", "POST"], endpoint=name)
        @wraps(view)
        def page(pending_id: str) -> Page:
            waiting = current_login.waiting_login(pending_id, now())
            g.ui_locales = waiting.asked.locales
            allow_its_end(waiting)
            if school := waiting.school:
                of_page.belongs_to(lambda: (school,))
            if for_anybody:
                return view(waiting)
            present = current_login.current(now())
            if present is not None:
                guarded.shows_schools_of(present.account)
                made_for.hold(present)
            elif request.method == "POST":
                current_login.refuse_replaced()
            return view(waiting) if is_owed(waiting, name) else onward(waiting)

        return view

    return decorate


def allow_its_end(waiting: Pending) -> None:
    """Let a form of this page end where the login ends: a browser follows a form's redirects only to allowed origins (CSP3 §6.4.2.1)."""
    origin = waiting.service.origin if waiting.service else ""
    if waiting.request == "signin.portal":
        origin = origin_of(settings().service.portal_url)
    g.form_action = f"'self' {origin}" if origin else "'self'"


def is_owed(waiting: Pending, name: str) -> bool:
    """Whether the step `name` is the one owed now."""
    owed = current_login.owed(waiting, now())
    return owed is not None and owed.name == name


def onward(waiting: Pending) -> Response:
    """Redirect to the dispatcher, which computes the next step."""
    return redirect(url_for("services.resume", pending_id=waiting.id), 303)


def session() -> Session:
    """The session of this browser, in a step that comes after signing in."""
    present = current_login.current(now())
    assert present is not None
    return present


def account() -> AccountFacts:
    """The account of this browser's session, in a step that comes after signing in."""
    return session().account
