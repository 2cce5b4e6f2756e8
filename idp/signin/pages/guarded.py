"""Pages behind the login, "Mon compte" and the console: they need a session without owed steps, and a recent password before sensitive changes."""

from typing import Any

from flask import g, redirect, request
from werkzeug.wrappers import Response

from idp.passwords.forms import PasswordForm
from idp.people import schools
from idp.people.rules.accounts import AccountFacts
from idp.runtime.context import address, now, settings
from idp.schools import of_page
from idp.signin import authentication, cookies, current_login, sessions
from idp.signin.pages import made_for
from idp.signin.rules.steps import Asked
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage, Page


def session_or_login(asked: Asked, endpoint: str) -> Session | Response:
    """The session of a person who owes no step of `asked`; else a redirect to the login, which returns to `endpoint`.

    Raises Refusal R05 for a form that was made for another person.
    """
    session = current_login.current(now())
    if session is None or current_login.first_owed(asked, now()) is not None:
        g.not_judged = True
        waiting = current_login.begin_login("own", endpoint, asked, None, now())
        return redirect(current_login.dispatcher(waiting.id), 303)
    shows_schools_of(session.account)
    made_for.hold(session)
    return session


def shows_schools_of(account: AccountFacts) -> None:
    """The page is for the schools of this person, who is signed in."""
    of_page.belongs_to(lambda: schools.uais_of(account.person_id))


def ask_password(session: Session, page: str) -> Response | None:
    """A redirect to `page`, which asks for the password; None within settings.signin.confirmation seconds of the last one."""
    if now() - session.confirmed_at <= settings().signin.confirmation:
        return None
    g.not_judged = True
    return redirect(page, 303)


def confirm_password(session: Session, form_page: FormPage, home: str, **values: Any) -> Page:
    """The page that asks for the password again, then redirects to the field `then`: a path below `home`, else `home` itself."""
    form, then = PasswordForm(), _path_below(home, request.values.get("then", ""))
    with form_page:
        if form.validate_on_submit():
            username, password = session.account.username, form.password.data or ""
            authentication.verify(username, password, address(), cookies.browser(), now())
            sessions.confirm(session, now())
            return redirect(then, 303)
    return form_page.show(form=form, then=then, **values)


def _path_below(home: str, path: str) -> str:
    """`path` if it is `home` or below, and contains nothing that a browser would normalise into another site's URL."""
    below = path.partition("?")[0] == home.rstrip("/") or path.startswith(f"{home.rstrip('/')}/")
    plain = path.isascii() and path.isprintable() and "\\" not in path and "//" not in path
    return path if below and plain else home
