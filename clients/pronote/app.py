"""Pronote: a guardian chooses a child, a pupil sees their own page, staff see where they work."""

from datetime import date
from typing import Any

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import dates
from clients.configuration import Configuration
from clients.languages import N_
from clients.pronote import done_tasks, reasons, schoolwork
from clients.pronote.phone import add_phone
from clients.pronote.registration import registration
from clients.relying_party import create_relying_party, logged_in, now, session_was_closed, store, visitor
from clients.store import Visitor

PAGES = (
    ("timetable", N_("Emploi du temps"), "/", "calendar"),
    ("marks", N_("Notes"), "/marks", "chart"),
    ("homework", N_("Devoirs"), "/homework", "notebook"),
    ("absences", N_("Absences"), "/absences", "clock"),
)
"""Name, heading, address, icon."""
LATEST = 3
"""How many tasks and marks the first page shows."""


def create_app(config: Configuration) -> Flask:
    """Pronote's WSGI application."""
    app = create_relying_party(
        "pronote", "Pronote", config, registration(config.base), f"{done_tasks.TABLES};{reasons.TABLES}"
    )
    app.jinja_env.globals["hues"] = schoolwork.HUES
    app.jinja_env.filters["weekday"] = dates.weekday
    app.add_url_rule("/", view_func=home)
    add_phone(app)
    app.add_url_rule("/child", view_func=choose_child, methods=["POST"])
    app.add_url_rule("/homework/done", view_func=finish, methods=["POST"])
    app.add_url_rule("/absences/reason", view_func=give_reason, methods=["POST"])
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
    addresses = {address for _, _, address, _ in PAGES}
    back = request.form.get("back", "/")
    return redirect(back if back in addresses else url_for("home"))


@logged_in
def marks(someone: Visitor) -> str:
    return _page(someone, "marks")


@logged_in
def homework(someone: Visitor) -> str:
    return _page(someone, "homework")


@logged_in
def finish(someone: Visitor) -> Response:
    """A pupil ticks off a task of their own (`done`), or takes the tick back; guardians read it."""
    tasks = schoolwork.homework(someone.sub, dates.today()) if someone.is_pupil else []
    code = request.form.get("task", "")
    if code not in {task.code for task in tasks}:
        raise NotFound
    done_tasks.mark(store(), someone.sub, code, bool(request.form.get("done")), now())
    return redirect(url_for("homework"), 303)


@logged_in
def absences(someone: Visitor) -> str:
    return _page(someone, "absences")


@logged_in
def give_reason(someone: Visitor) -> Response:
    """A guardian says why the chosen child was absent or late on a day."""
    pupil, reason = _chosen(_pupils(someone)) if someone.is_guardian else None, request.form.get("reason", "")
    if pupil is None:
        raise NotFound
    waiting = {str(absence.day): absence.day for absence in _unexplained(pupil["sub"], dates.today())}
    day = waiting.get(request.form.get("day", ""))
    if day is None or reason not in reasons.REASONS:
        flash(_("Ce motif n’a pas été enregistré : choisissez-en un dans la liste."), "refusal")
    elif reasons.give(store(), pupil["sub"], day, reason, someone.sub, now()):
        flash(_("Merci, la vie scolaire a reçu ce motif."))
    return redirect(url_for("absences"), 303)


def _unexplained(pupil: str, today: date) -> list[schoolwork.Absence]:
    """Absences whose reason the school does not know yet."""
    explained = reasons.of(store(), pupil)
    return [
        absence
        for absence in schoolwork.absences(pupil, today)
        if not absence.excused and absence.day not in explained
    ]


def _chosen(pupils: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The pupil that this browser has chosen, otherwise the first."""
    first = pupils[0] if pupils else None
    return next((pupil for pupil in pupils if pupil["sub"] == session.get("child")), first)


def _page(someone: Visitor, name: str) -> str:
    """One page of the chosen pupil's work; people who may see no pupil get a page that says so."""
    if someone.is_staff:
        roles = someone.person.get("roles", [])
        return render_template("pronote/staff.html", roles=roles, lessons=schoolwork.LESSONS)
    pupils = _pupils(someone)
    chosen = _chosen(pupils)
    if chosen is None:
        return render_template("pronote/nobody.html")
    page = {"pages": PAGES, "page": name, "pupils": pupils, "pupil": chosen, "path": request.path}
    return render_template(f"pronote/{name}.html", **page, **_work(name, chosen["sub"], dates.today()))


def _work(name: str, pupil: str, today: date) -> dict[str, Any]:
    """What the template of the page shows of the pupil's work."""
    work = {
        "today": today,
        "marks": schoolwork.marks(pupil, today),
        "tasks": schoolwork.homework(pupil, today),
        "absences": schoolwork.absences(pupil, today),
        "done": done_tasks.of(store(), pupil),
        "unexplained": _unexplained(pupil, today),
        "latest": LATEST,
    }
    if name == "timetable":
        week = schoolwork.week_of(today)
        day = week[request.args.get("day", week.index(today) if today in week else 0, int) % len(week)]
        hours = list(zip(schoolwork.HOURS, zip(*schoolwork.timetable(pupil), strict=True), strict=True))
        work |= {"week": week, "day": day, "lessons": schoolwork.lessons_of(pupil, day), "hours": hours}
    if name == "absences":
        work |= {"explained": reasons.of(store(), pupil), "reasons": reasons.REASONS}
    if name == "marks":
        pupil_marks = schoolwork.marks(pupil, today)
        means = schoolwork.by_subject(pupil_marks)
        average = sum(mark.average for mark in pupil_marks) / len(pupil_marks) if pupil_marks else None
        work |= {"mean": schoolwork.mean(pupil_marks), "average": average, "means": means}
    return work


def _pupils(someone: Visitor) -> list[dict[str, Any]]:
    """The pupils that this person may see: a guardian's children, or the pupil."""
    if someone.is_pupil:
        return [someone.person]
    return [child for child in someone.person.get("children", []) if child.get("sub")]
