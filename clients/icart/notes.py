"""What people write in the portal: pages of their own (Nouvelle Page) and small text files (Mes fichiers)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sqlite3 import Row
from urllib.parse import quote

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import drafts
from clients.relying_party import View, now, store
from clients.store import Visitor

LONGEST_NAME, LONGEST_BODY, MOST = 80, 10_000, 50


@dataclass(frozen=True)
class Shelf:
    """`tab` is its tab, `tab_new` the tab of the form for a new note."""

    code: str
    tab: str
    tab_new: str
    heading: str
    new: str
    empty: str


SHELVES = {
    "pages": Shelf("pages", "space", "new", "Mon Espace", "Nouvelle page", "Vous n’avez pas encore de page."),
    "files": Shelf(
        "files", "apps", "apps", "Mes fichiers", "Nouveau fichier", "Vous n’avez pas encore de fichier."
    ),
}


def add_to(app: Flask, portal: Callable[[View], View]) -> None:
    """Join the routes to the portal's application; `portal` guards a view."""
    for code in SHELVES:
        for path, name, view, methods in (
            ("", "", listing, ["GET"]),
            ("/new", "_new", write_new, ["GET", "POST"]),
            ("/<int:note>", "_read", read, ["GET"]),
            ("/<int:note>/text", "_download", download, ["GET"]),
            ("/<int:note>/edit", "_edit", edit, ["GET", "POST"]),
            ("/<int:note>/remove", "_remove", remove, ["POST"]),
        ):
            app.add_url_rule(
                f"/{code}{path}", code + name, portal(view), defaults={"code": code}, methods=methods
            )


def listing(someone: Visitor, code: str) -> str:
    query = "SELECT id, name, body FROM notes WHERE sub = ? AND kind = ? ORDER BY name, id"
    rows = store().db.execute(query, (someone.sub, code)).fetchall()
    shelf = SHELVES[code]
    return render_template("icart/notes.html", tab=shelf.tab, shelf=shelf, notes=rows)


def read(someone: Visitor, code: str, note: int) -> str:
    shelf = SHELVES[code]
    return render_template("icart/note.html", tab=shelf.tab, shelf=shelf, note=_own(someone, code, note))


def download(someone: Visitor, code: str, note: int) -> Response:
    """The text as a file."""
    stored = _own(someone, code, note)
    name = quote(f"{stored['name']}.txt")
    return Response(
        stored["body"],
        mimetype="text/plain",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"},
    )


def write_new(someone: Visitor, code: str) -> str | Response:
    if request.method == "POST":
        name, body = _typed(request.form)
        if _fault(name, body) or _fault_of_number(someone, code):
            return drafts.refused(someone)
        drafts.saved(someone)
        if _add(someone, code, name, body, request.form.get("once", "")):
            flash(f"« {name} » est enregistré.")
        return redirect(url_for(code), 303)
    unsaved = drafts.unsaved(someone)
    name, body = _typed(unsaved or {})
    fault = _fault(name, body) or _fault_of_number(someone, code) if unsaved is not None else ""
    shelf = SHELVES[code]
    return render_template(
        "icart/writing.html",
        tab=shelf.tab_new,
        shelf=shelf,
        heading=shelf.new,
        name=name,
        body=body,
        fault=fault,
    )


def edit(someone: Visitor, code: str, note: int) -> str | Response:
    """Rename it, change its text."""
    stored = _own(someone, code, note)
    if request.method == "POST":
        name, body = _typed(request.form)
        if _fault(name, body):
            return drafts.refused(someone)
        drafts.saved(someone)
        query = "UPDATE notes SET name = ?, body = ?, changed_at = ? WHERE id = ? AND sub = ?"
        store().db.execute(query, (name, body, now(), note, someone.sub))
        flash(f"« {name} » est enregistré.")
        return redirect(url_for(f"{code}_read", note=note), 303)
    unsaved = drafts.unsaved(someone)
    name, body = _typed(unsaved) if unsaved is not None else (stored["name"], stored["body"])
    fault = _fault(name, body)
    shelf, heading = SHELVES[code], f"Modifier « {stored['name']} »"
    return render_template(
        "icart/writing.html", tab=shelf.tab, shelf=shelf, heading=heading, name=name, body=body, fault=fault
    )


def remove(someone: Visitor, code: str, note: int) -> Response:
    stored = _own(someone, code, note)
    store().db.execute("DELETE FROM notes WHERE id = ? AND sub = ?", (note, someone.sub))
    flash(f"« {stored['name']} » est supprimé.")
    return redirect(url_for(code))


def _own(someone: Visitor, code: str, note: int) -> Row:
    """One of this person's own; no other can be found at all."""
    query = "SELECT * FROM notes WHERE id = ? AND sub = ? AND kind = ?"
    row: Row | None = store().db.execute(query, (note, someone.sub, code)).fetchone()
    if row is None:
        raise NotFound
    return row


def _add(someone: Visitor, code: str, name: str, body: str, key: str) -> bool:
    """False where this very form was sent before: a page that is sent twice is one page."""
    with store().transaction() as db:
        if key and not store().use_key(f"{someone.sub} {key}", now()):
            return False
        query = "INSERT INTO notes (sub, kind, name, body, changed_at) VALUES (?, ?, ?, ?, ?)"
        db.execute(query, (someone.sub, code, name, body, now()))
    return True


def _typed(fields: Mapping[str, str]) -> tuple[str, str]:
    """(name, text) of the form."""
    name = " ".join(fields.get("name", "").split())
    return name, fields.get("body", "").replace("\r\n", "\n")


def _fault(name: str, body: str) -> str:
    if not name or len(name) > LONGEST_NAME:
        return f"Donnez un titre de 1 à {LONGEST_NAME} caractères."
    if len(body) > LONGEST_BODY:
        return f"Le texte a plus de {LONGEST_BODY} caractères."
    return ""


def _fault_of_number(someone: Visitor, code: str) -> str:
    query = "SELECT count(*) FROM notes WHERE sub = ? AND kind = ?"
    many = store().db.execute(query, (someone.sub, code)).fetchone()[0] >= MOST
    return f"Il y en a déjà {MOST}. Supprimez d’abord ce qui ne sert plus." if many else ""
