"""Pronote: a guardian chooses a child, a pupil sees their own page, staff see where they work."""

from datetime import date
from typing import Any

from flask import Flask, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from clients import french_dates
from clients.configuration import Configuration
from clients.pronote import schoolwork
from clients.pronote.phone import add_phone
from clients.pronote.registration import registration
from clients.relying_party import create_relying_party, logged_in, session_was_closed, visitor
from clients.store import Visitor

PAGES = (
    ("timetable", "Emploi du temps", "/"),
    ("marks", "Notes", "/marks"),
    ("homework", "Devoirs", "/homework"),
    ("absences", "Absences", "/absences"),
)


def create_app(config: Configuration) -> Flask:
    """Pronote's WSGI application."""
    app = create_relying_party("pronote", "Pronote", config, registration(config.base))
    app.add_url_rule("/", view_func=home)
    add_phone(app)
    app.add_url_rule("/child", view_func=choose_child, methods=["POST"])
    for view in (marks, homework, absences):
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    return app


def home() -> str:
    someone = visitor()
    if someone is None:
        return render_template("pronote/entry.html", closed=session_was_closed())
    return _page(someone, "timetable")


@logged_in
def choose_child(someone: Visitor) -> Response:
    """Keep the chosen child for this browser; only one's own can be chosen."""
    sub = request.form.get("child")
    if any(pupil["sub"] == sub for pupil in _pupils(someone)):
        session["child"] = sub
    addresses = {address for _, _, address in PAGES}
    back = request.form.get("back", "/")
    return redirect(back if back in addresses else url_for("home"))


@logged_in
def marks(someone: Visitor) -> str:
    return _page(someone, "marks")


@logged_in
def homework(someone: Visitor) -> str:
    return _page(someone, "homework")


@logged_in
def absences(someone: Visitor) -> str:
    return _page(someone, "absences")


def _page(someone: Visitor, name: str) -> str:
    """One page of the chosen pupil's work; people who may see no pupil get a page that says so."""
    if someone.is_staff:
        return render_template("pronote/staff.html", roles=someone.person.get("roles", []))
    pupils = _pupils(someone)
    if not pupils:
        return render_template("pronote/nobody.html")
    chosen = next((pupil for pupil in pupils if pupil["sub"] == session.get("child")), pupils[0])
    work = _work(name, chosen["sub"], french_dates.today())
    return render_template(
        f"pronote/{name}.html", pages=PAGES, page=name, pupils=pupils, pupil=chosen, path=request.path, **work
    )


def _work(name: str, pupil: str, today: date) -> dict[str, Any]:
    if name == "timetable":
        hours = list(zip(schoolwork.HOURS, zip(*schoolwork.timetable(pupil), strict=True), strict=True))
        lessons = schoolwork.lessons_of(pupil, today)
        return {"today": today, "lessons": lessons, "days": schoolwork.SCHOOL_DAYS, "hours": hours}
    if name == "marks":
        pupil_marks = schoolwork.marks(pupil, today)
        return {"marks": pupil_marks, "mean": schoolwork.mean(pupil_marks)}
    if name == "homework":
        return {"tasks": schoolwork.homework(pupil, today)}
    return {"absences": schoolwork.absences(pupil, today)}


def _pupils(someone: Visitor) -> list[dict[str, Any]]:
    """The pupils that this person may see: a guardian's children, or the pupil."""
    if someone.is_pupil:
        return [someone.person]
    return [child for child in someone.person.get("children", []) if child.get("sub")]
