"""The decorator of every page of the console: a session of the staff without a step owed, and the right to the page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from idp.console import reach
from idp.console.pages import blueprint
from idp.console.rules import rights
from idp.console.rules.rights import Act, Reach, Right, SchoolRow
from idp.people.rules.accounts import PROFILES, AccountFacts
from idp.refusals import Refusal
from idp.refusals.console import RIGHT_MISSING
from idp.runtime.context import now
from idp.schools import of_page
from idp.signin.pages import guarded
from idp.signin.rules.steps import Asked
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage, Page

View = Callable[..., Page]

RIGHTS: dict[str, Act | None] = {}
"""Page → the right that it needs; None: any right at all."""


@dataclass(frozen=True)
class Desk:
    """A member of staff at work, with their rights, at a school (None: at the academy)."""

    session: Session
    rights: tuple[Right, ...]
    school: SchoolRow | None

    @property
    def actor(self) -> str:
        return self.session.account.actor

    def may(self, act: Act) -> bool:
        """At this school, or at the academy."""
        return rights.may(self.rights, act, self.school.id if self.school else None)

    @property
    def academy(self) -> bool:
        """Whether this is a member of the academy."""
        return self.may_at_academy(Act.SEE_ACADEMY)

    def may_at_academy(self, act: Act) -> bool:
        return rights.may(self.rights, act, None)

    def reach(self, act: Act) -> Reach:
        assert self.school is not None
        return rights.reach(self.rights, act, self.school.id)

    def may_on(self, act: Act, person: int) -> bool:
        """Whether `person` is within reach of the act, at this school."""
        return self.school is not None and reach.may_on(self.rights, act, self.school.id, person)


def page(name: str, act: Act | None, matters: bool = False) -> Callable[[View], View]:
    """Serve `view(desk, …)` as `console.<name>`, for the holders of the right to `act`.

    `matters`: the password was given within settings.signin.confirmation seconds, else it is asked for first. A POST
    whose token is missing never reaches the view.
    """
    RIGHTS[name] = act

    def decorate(view: View) -> View:
        @blueprint.page(name)
        @wraps(view)
        def guarded_view(**arguments: Any) -> Page:
            session = guarded.session_or_login(Asked(profiles=(PROFILES["staff"],)), "console.home")
            if isinstance(session, Response):
                return session
            desk = _desk(session, arguments.pop("uai", None), act)
            of_page.belongs_to(lambda: (desk.school.uai,) if desk.school else ())
            if matters:
                then = request.full_path.rstrip("?")
                if asks := guarded.ask_password(session, url_for("console.confirm", then=then)):
                    return asks
            return view(desk, **arguments)

        return view

    return decorate


def _desk(session: Session, uai: str | None, act: Act | None) -> Desk:
    own_rights = reach.rights_of(session.account.person_id, now()) if _is_staff(session.account) else ()
    school = reach.school_of_uai(uai) if uai else None
    desk = Desk(session, own_rights, school)
    # The answer does not reveal whether a school exists.
    allowed = bool(own_rights) if act is None else desk.may(act)
    if not allowed or (uai and school is None):
        raise Refusal(RIGHT_MISSING, f"{session.account.username} may not {act} at {uai or 'the academy'}")
    return desk


def _is_staff(account: AccountFacts) -> bool:
    return account.kind == "staff"


def form_of(desk: Desk, template: str) -> FormPage:
    """A page with a form: the template console/<template>.html."""
    return FormPage(f"console/{template}.html", desk=desk, Act=Act)


def show(desk: Desk, template: str, **values: Any) -> tuple[str, int]:
    """A page without a form, or with one that is not refused."""
    return form_of(desk, template).show(**values)


def back(name: str, **values: Any) -> Response:
    """After an act: to a page that can be reloaded without doing it again."""
    return redirect(url_for(f"console.{name}", **values), 303)


def pressed() -> str:
    """The button of a sent form; empty for a GET. The token was checked before."""
    return request.form.get("act", "") if request.method == "POST" else ""


def chosen_keys() -> list[str]:
    """The columns of a table that the address asks for."""
    return request.args.getlist("col")


def number(name: str) -> int:
    """A whole number of the form or the address; 0 if it is none."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
