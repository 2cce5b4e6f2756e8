"""What every page of the console does first: a member of staff is signed in, owes nothing, and has the right to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask import render_template as render
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from idp import refusals
from idp.console.rules import rights
from idp.console.rules.rights import Act, Reach, Right, Target
from idp.console.storage import rights as storage
from idp.console.storage.rights import SchoolRow
from idp.context import now, settings
from idp.database import reading
from idp.people.rules.accounts import PROFILES, AccountFacts
from idp.refusals import Refusal
from idp.signin import cookies, pending, visits
from idp.signin.rules.steps import Asked
from idp.signin.sessions import Session

blueprint = Blueprint("console", "idp.console.pages", url_prefix="/console")

Page = str | tuple[str, int] | Response
View = Callable[..., Page]

RIGHTS: dict[str, Act | None] = {}
"""Page → the right that it needs; None: any right at all."""


@dataclass(frozen=True)
class Desk:
    """Who works here, with which rights, at which school (None: at the academy)."""

    session: Session
    rights: tuple[Right, ...]
    school: SchoolRow | None

    @property
    def actor(self) -> str:
        return f"account:{self.session.account.id}"

    def may(self, act: Act) -> bool:
        """At this school, or at the academy."""
        return rights.may(self.rights, act, self.school.id if self.school else None)

    @property
    def academy(self) -> bool:
        """Whether this is somebody of the academy."""
        return self.may_at_academy(Act.SEE_ACADEMY)

    def may_at_academy(self, act: Act) -> bool:
        return rights.may(self.rights, act, None)

    def reach(self, act: Act) -> Reach:
        assert self.school is not None
        return rights.reach(self.rights, act, self.school.id)

    def may_on(self, act: Act, person: int) -> bool:
        """Whether this very person is within reach of the act, at this school."""
        target = storage.target_of(reading(), person)
        if target is None or self.school is None or self.school.id not in target.schools:
            return False
        here = Target(frozenset({self.school.id}), target.kind, target.classes)
        return rights.may_on(self.rights, act, here)


class EmptyForm(FlaskForm):  # type: ignore[misc]
    """A form whose fields are read one by one: it holds the token against forged requests."""


def page(path: str, name: str, act: Act | None, matters: bool = False) -> Callable[[View], View]:
    """Serve `view(desk, …)` at /console<path> as `console.<name>`, for whoever has the right to `act`.

    `matters`: the password was given within settings.signin.confirmation seconds, else it is asked for first. A POST
    whose token is missing never reaches the view.
    """
    RIGHTS[name] = act

    def decorate(view: View) -> View:
        @blueprint.route(path, methods=["GET", "POST"], endpoint=name)
        @wraps(view)
        def guarded(**arguments: Any) -> Page:
            session = visits.current(now())
            if session is None or visits.first_owed(_asked(), None, now()) is not None:
                return _through_the_login()
            desk = _desk(session, arguments.pop("uai", None), act)
            if matters and now() - session.confirmed_at > settings().signin.confirmation:
                return redirect(url_for("console.confirm", then=request.full_path.rstrip("?")), 303)
            return view(desk, **arguments)

        return view

    return decorate


def _desk(session: Session, uai: str | None, act: Act | None) -> Desk:
    held = (
        storage.rights_of(reading(), session.account.person_id, now()) if _is_staff(session.account) else ()
    )
    school = storage.school_by_uai(reading(), uai) if uai else None
    desk = Desk(session, held, school)
    # A school that does not exist and one that is not theirs are the same to a stranger.
    allowed = bool(held) if act is None else desk.may(act)
    if not allowed or (uai and school is None):
        raise Refusal("K01", f"{session.account.username} may not {act} at {uai or 'the academy'}")
    return desk


def _is_staff(account: AccountFacts) -> bool:
    return account.kind == "staff"


def show(desk: Desk, template: str, refusal: refusals.Refusal | None = None, **values: Any) -> Page:
    """The page, with the refusal that its form met."""
    text = render(f"console/{template}.html", desk=desk, Act=Act, refusal=refusal, **values)
    return text, (refusal.status if refusal else 200)


def back(name: str, **values: Any) -> Response:
    """After an act: to a page that can be reloaded without doing it again."""
    return redirect(url_for(f"console.{name}", **values), 303)


def pressed() -> str:
    """Which button of a sent form; empty for a GET. The token was checked before."""
    return request.form.get("act", "") if request.method == "POST" else ""


def number(name: str) -> int:
    """A whole number of the form or the address; 0 if it is none."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _asked() -> Asked:
    return Asked(profiles=(PROFILES["staff"],))


def _through_the_login() -> Response:
    """The console waits as a request of our own; the dispatcher comes back to its first page."""
    waiting = pending.keep(
        "own", "console.home", _asked(), None, cookies.browser(), now(), settings().sessions.pending
    )
    return redirect(url_for("oidc.resume", pending_id=waiting), 303)


def let_large_files_in() -> None:
    """Whoever may import sends larger requests than anybody else; asked before the form is read (Flask: `before_request`)."""
    if request.endpoint == "console.imports" and request.method == "POST":
        session = visits.current(now())
        if session is not None and _is_staff(session.account):
            request.max_content_length = settings().imports.largest_file
