"""What every page of "Mon compte" does first: somebody is signed in and owes nothing; for what matters, just now."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from idp.context import now, settings
from idp.people.rules.accounts import PROFILES
from idp.signin import cookies, pending, visits
from idp.signin.rules.steps import Asked

blueprint = Blueprint("account", "idp.account.pages", url_prefix="/account")

Page = str | tuple[str, int] | Response
View = Callable[..., Page]


def page(path: str, name: str, matters: bool = False) -> Callable[[View], View]:
    """Serve `view(session, …)` at /account<path> as `account.<name>`.

    Whoever is not signed in, or still owes a step, goes through the login and comes back. `matters`: the password was
    given within settings.signin.confirmation seconds, else it is asked for first.
    """

    def decorate(view: View) -> View:
        @blueprint.route(path, methods=["GET", "POST"], endpoint=name)
        @wraps(view)
        def guarded(**arguments: Any) -> Page:
            session = visits.current(now())
            if session is None or visits.first_owed(_asked(), None, now()) is not None:
                return _through_the_login(name if not arguments else "overview")
            if matters and now() - session.confirmed_at > settings().signin.confirmation:
                return redirect(url_for("account.confirm", then=name if not arguments else "overview"), 303)
            return view(session, **arguments)

        return view

    return decorate


def back_to(name: str, **values: Any) -> Response:
    """After an act: to a page that can be reloaded without doing it again."""
    return redirect(url_for(f"account.{name}", **values), 303)


def here() -> tuple[str, str]:
    """(address, digest of the browser's own id)."""
    return request.remote_addr or "unknown", cookies.browser()


def _asked() -> Asked:
    return Asked(profiles=tuple(PROFILES.values()))


def _through_the_login(name: str) -> Response:
    """The page waits as a request of our own; the dispatcher comes back to it."""
    waiting = pending.keep(
        "own", f"account.{name}", _asked(), None, cookies.browser(), now(), settings().sessions.pending
    )
    return redirect(url_for("oidc.resume", pending_id=waiting), 303)
