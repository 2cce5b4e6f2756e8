"""Pronote: a guardian chooses a child, a pupil sees their own page, staff see where they teach."""

from datetime import date
from typing import Any

from flask import Flask, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from clients.configuration import Configuration
from clients.pronote import schoolwork
from clients.pronote.registration import registration
from clients.relying_party import create_relying_party, logged_in, session_was_closed, visitor
from clients.store import Visitor

PAGES = (
    ("timetable", "Emploi du temps", "/"),
    ("marks", "Notes", "/marks"),
    ("homework", "Devoirs", "/homework"),
    ("absences", "Absences", "/absences"),
)


def create_app(given: Configuration) -> Flask:
    """Pronote's WSGI application."""
    app = create_relying_party("pronote", "Pronote", given, registration(given.base))
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/child", view_func=choose_child, methods=["POST"])
    for name, view in (("marks", marks), ("homework", homework), ("absences", absences)):
        app.add_url_rule(f"/{name}", name, logged_in(view))
    return app


def home() -> str:
    someone = visitor()
    if someone is None:
        return render_template("pronote/entry.html", closed=session_was_closed())
    if someone.is_staff:
        return render_template("pronote/staff.html", roles=someone.person.get("roles", []))
    return _page(someone, "timetable", lambda pupil, _: schoolwork.timetable(pupil), days=schoolwork.DAYS)


@logged_in
def choose_child(someone: Visitor) -> Response:
    """Keep the chosen child for this browser; only one's own can be chosen."""
    wanted = request.form.get("child")
    if any(child.get("sub") == wanted for child in _pupils(someone)):
        session["child"] = wanted
    known = {address for _, _, address in PAGES}
    back = request.form.get("back", "/")
    return redirect(back if back in known else url_for("home"))


def marks(someone: Visitor) -> str:
    return _page(someone, "marks", schoolwork.marks)


def homework(someone: Visitor) -> str:
    return _page(someone, "homework", schoolwork.homework)


def absences(someone: Visitor) -> str:
    return _page(someone, "absences", schoolwork.absences)


def _page(someone: Visitor, name: str, work: Any, **more: Any) -> str:
    pupils = _pupils(someone)
    if not pupils:
        return render_template("pronote/nobody.html")
    chosen = next((child for child in pupils if child.get("sub") == session.get("child")), pupils[0])
    found = work(chosen["sub"], date.today())
    return render_template(
        f"pronote/{name}.html",
        pages=PAGES,
        page=name,
        pupils=pupils,
        pupil=chosen,
        work=found,
        path=request.path,
        **more,
    )


def _pupils(someone: Visitor) -> list[dict[str, Any]]:
    """Whom this person may see: a guardian their children, a pupil themself."""
    if someone.is_pupil:
        return [someone.person]
    return [child for child in someone.person.get("children", []) if child.get("sub")]
