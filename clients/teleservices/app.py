"""The Téléservices of a guardian: procedures for each child, in their season, and the family's contact details."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients.configuration import Configuration
from clients.relying_party import (
    configuration,
    create_relying_party,
    logged_in,
    now,
    session_was_closed,
    store,
    visitor,
)
from clients.store import Visitor
from clients.teleservices.notifications import Notifier
from clients.teleservices.procedures import CONTACT, PROCEDURES, Procedure, procedure, read_answers
from clients.teleservices.registration import registration

TABLES = """
CREATE TABLE IF NOT EXISTS filings (
    procedure TEXT NOT NULL, child TEXT NOT NULL, author TEXT NOT NULL, author_name TEXT NOT NULL, answers TEXT NOT NULL,
    filed_at INTEGER NOT NULL, PRIMARY KEY (procedure, child, author));
CREATE TABLE IF NOT EXISTS shared_filings (procedure TEXT NOT NULL, child TEXT NOT NULL, author TEXT NOT NULL,
    PRIMARY KEY (procedure, child));
CREATE TABLE IF NOT EXISTS contacts (sub TEXT PRIMARY KEY, details TEXT NOT NULL, changed_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS notifications (id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, body TEXT NOT NULL)
"""


def create_app(given: Configuration) -> Flask:
    """The Téléservices' WSGI application, with the thread that sends its notifications."""
    app = create_relying_party("teleservices", "Téléservices", given, registration(given.base), TABLES)
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/contact", view_func=contact, methods=["GET", "POST"])
    app.add_url_rule("/<code>/<child>", view_func=filing, methods=["GET", "POST"])
    app.jinja_env.filters["day"] = lambda moment: datetime.fromtimestamp(moment, UTC).strftime("%d/%m/%Y")
    notifier = Notifier(app.extensions["store"], given)
    app.extensions["notifier"] = notifier
    notifier.start()
    return app


def home() -> str:
    someone = visitor()
    if someone is None:
        return render_template("teleservices/entry.html", closed=session_was_closed())
    return render_template(
        "teleservices/home.html",
        procedures=[known for known in PROCEDURES if known.code in configuration().open_now],
        contact_open="fiche" in configuration().open_now,
        children=_children(someone),
        filed={
            (known.code, child["sub"]): _found(known, child["sub"], someone)
            for known in PROCEDURES
            for child in _children(someone)
        },
    )


@logged_in
def filing(someone: Visitor, code: str, child: str) -> str | Response:
    """Fill in, read again, correct. A shared procedure that the other guardian has entered can only be read."""
    wanted = procedure(code)
    about = next((known for known in _children(someone) if known["sub"] == child), None)
    if wanted is None or about is None or code not in configuration().open_now:
        raise NotFound
    kept = _found(wanted, child, someone)
    others = kept is not None and kept["author"] != someone.sub
    answers = json.loads(kept["answers"]) if kept is not None else {}
    faults: dict[str, str] = {}
    if request.method == "POST" and not others:
        answers, faults = read_answers(wanted.fields, request.form)
        if not faults:
            if _file(wanted, child, someone, answers):
                return redirect(url_for("filing", code=code, child=child, saved=1))
            return redirect(url_for("filing", code=code, child=child))
    return render_template(
        "teleservices/filing.html",
        procedure=wanted,
        child=about,
        kept=kept,
        read_only=others,
        answers=answers,
        faults=faults,
    )


@logged_in
def contact(someone: Visitor) -> str | Response:
    """The contact details; the school is told of each change, in the transaction of the change."""
    if "fiche" not in configuration().open_now:
        raise NotFound
    row = store().db.execute("SELECT * FROM contacts WHERE sub = ?", (someone.sub,)).fetchone()
    known = json.loads(row["details"]) if row else _from_login(someone)
    answers, faults = known, dict[str, str]()
    if request.method == "POST":
        answers, faults = read_answers(CONTACT, request.form)
        if not faults:
            _change_contact(someone, known, answers)
            return redirect(url_for("contact", saved=1))
    return render_template("teleservices/contact.html", fields=CONTACT, answers=answers, faults=faults)


def _children(someone: Visitor) -> list[dict[str, Any]]:
    return [child for child in someone.person.get("children", []) if child.get("sub")]


def _found(wanted: Procedure, child: str, someone: Visitor) -> Any:
    if wanted.shared:
        query = (
            "SELECT f.* FROM filings f JOIN shared_filings s USING (procedure, child, author)"
            " WHERE f.procedure = ? AND f.child = ?"
        )
        return store().db.execute(query, (wanted.code, child)).fetchone()
    query = "SELECT * FROM filings WHERE procedure = ? AND child = ? AND author = ?"
    return store().db.execute(query, (wanted.code, child, someone.sub)).fetchone()


def _file(wanted: Procedure, child: str, someone: Visitor, answers: dict[str, str]) -> bool:
    """Keep the answers; False if, for a shared procedure, the other guardian was first."""
    with store().transaction() as db:
        if wanted.shared:
            key = (wanted.code, child)
            db.execute("INSERT OR IGNORE INTO shared_filings VALUES (?, ?, ?)", (*key, someone.sub))
            author = db.execute(
                "SELECT author FROM shared_filings WHERE procedure = ? AND child = ?", key
            ).fetchone()[0]
            if author != someone.sub:
                return False
        row = (wanted.code, child, someone.sub, someone.name, json.dumps(answers), now())
        db.execute("INSERT OR REPLACE INTO filings VALUES (?, ?, ?, ?, ?, ?)", row)
    return True


def _from_login(someone: Visitor) -> dict[str, str]:
    person = someone.person
    return {"phone": person.get("phone_number", ""), "mail": person.get("email", ""), "address": ""}


def _change_contact(someone: Visitor, known: dict[str, str], answers: dict[str, str]) -> None:
    changed = [field for field in CONTACT if known.get(field.name, "") != answers[field.name]]
    with store().transaction() as db:
        row = (someone.sub, json.dumps(answers), now())
        db.execute("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?)", row)
        if changed:
            lines = [
                f"{field.label} : {known.get(field.name) or '(vide)'} -> {answers[field.name] or '(vide)'}"
                for field in changed
            ]
            children = ", ".join(
                f"{child['given_name']} {child['family_name']}" for child in _children(someone)
            )
            body = "\n".join(
                [f"{someone.name} (responsable de {children}) a changé ses coordonnées :", "", *lines, ""]
            )
            subject = f"Coordonnées changées : {someone.name}".replace("\n", " ")
            db.execute("INSERT INTO notifications (subject, body) VALUES (?, ?)", (subject, body))
