"""The decorator of every page of "Mon compte": a session without a step owed, and a recent password where it matters."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from idp.account.pages import blueprint
from idp.people.rules.accounts import PROFILES
from idp.runtime.context import address, now
from idp.signin import cookies, current_login
from idp.signin.pages import guarded
from idp.signin.rules.steps import Asked
from idp.web.form_pages import Page

View = Callable[..., Page]


def page(name: str, matters: bool = False) -> Callable[[View], View]:
    """Serve `view(session, …)` as `account.<name>`.

    A person without a session, or with a step owed, goes through the login and comes back. `matters`: the password was
    given within settings.signin.confirmation seconds, else it is asked for first. A page whose path has arguments comes
    back to the overview.
    """

    def decorate(view: View) -> View:
        @blueprint.page(name)
        @wraps(view)
        def guarded_view(**arguments: Any) -> Page:
            if name == "password" and request.method == "POST" and current_login.current(now()) is None:
                # A typed password is not stored over a login: without this page it would be believed to be set.
                current_login.refuse_replaced()
            login_request = Asked(profiles=tuple(PROFILES.values()))
            session = guarded.session_or_login(login_request, f"account.{'overview' if arguments else name}")
            if isinstance(session, Response):
                return session
            if matters:
                then = None if arguments else request.full_path.rstrip("?")
                if asks := guarded.ask_password(session, url_for("account.confirm", then=then)):
                    return asks
            return view(session, **arguments)

        return view

    return decorate


def back_to(name: str, **values: Any) -> Response:
    """After an act: to a page that can be reloaded without doing it again."""
    return redirect(url_for(f"account.{name}", **values), 303)


def here() -> tuple[str, str]:
    """(address, digest of the browser's own id)."""
    return address(), cookies.browser()


def number(name: str) -> int:
    """A whole number of the sent form; 0 if the field holds none."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
