"""What people write in the portal: pages of their own (Nouvelle Page) and small text files (Mes fichiers)."""

from collections.abc import Mapping
from dataclasses import dataclass
from sqlite3 import Row
from urllib.parse import quote

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import drafts
from clients.languages import N_
from clients.relying_party import Guard, now, store
from clients.store import Visitor

LONGEST_NAME, LONGEST_BODY, MOST = 80, 10_000, 50
TABLES = """
CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sub TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    changed_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS notes_of ON notes (sub, kind);
CREATE TABLE IF NOT EXISTS note_looks (
    note INTEGER PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE, hue TEXT NOT NULL, icon TEXT NOT NULL)
"""
HUES = {
    "coral": N_("Corail"),
    "sun": N_("Soleil"),
    "leaf": N_("Feuille"),
    "sea": N_("Lagon"),
    "sky": N_("Ciel"),
    "plum": N_("Prune"),
    "rose": N_("Framboise"),
    "slate": N_("Ardoise"),
}
"""Class of services.css → the name of its colour."""
ICONS = {
    "notebook": N_("Cahier"),
    "star": N_("Étoile"),
    "heart": N_("Cœur"),
    "book": N_("Livre"),
    "calendar": N_("Calendrier"),
    "list-checks": N_("Liste"),
    "utensils": N_("Repas"),
    "bus": N_("Bus"),
}
"""Icon of the design → its name."""


@dataclass(frozen=True)
class Shelf:
    """`tab` is its tab, `tab_new` the tab of the form for a new note."""

    code: str
    tab: str
    tab_new: str
    heading: str
    new: str
    empty: str


@dataclass(frozen=True)
class Note:
    """What the form holds. `hue` is a key of HUES, `icon` of ICONS."""

    name: str
    body: str
    hue: str
    icon: str


SHELVES = {
    "pages": Shelf(
        "pages", "space", "new", N_("Mon Espace"), N_("Nouvelle page"), N_("Vous n’avez pas encore de page.")
    ),
    "files": Shelf(
        "files",
        "apps",
        "apps",
        N_("Mes fichiers"),
        N_("Nouveau fichier"),
        N_("Vous n’avez pas encore de fichier."),
    ),
}


def add_to(app: Flask, portal: Guard) -> None:
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


_WITH_LOOK = (
    "SELECT notes.*, coalesce(hue, 'slate') AS hue, coalesce(icon, 'notebook') AS icon"
    " FROM notes LEFT JOIN note_looks ON note = id WHERE sub = ? AND kind = ?"
)


def latest(someone: Visitor, code: str, most: int) -> list[Row]:
    """The notes that were changed last."""
    query = f"{_WITH_LOOK} ORDER BY changed_at DESC, id DESC LIMIT ?"
    return store().db.execute(query, (someone.sub, code, most)).fetchall()


def listing(someone: Visitor, code: str) -> str:
    rows = store().db.execute(f"{_WITH_LOOK} ORDER BY name, id", (someone.sub, code)).fetchall()
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
        note = _typed(request.form)
        if _fault(note) or _fault_of_number(someone, code):
            return drafts.refused(someone)
        drafts.saved(someone)
        if _add(someone, code, note, request.form.get("once", "")):
            flash(_("« %(name)s » est enregistré.", name=note.name))
        return redirect(url_for(code), 303)
    unsaved = drafts.unsaved(someone)
    note = _typed(unsaved or {})
    fault = _fault(note) or _fault_of_number(someone, code) if unsaved is not None else ""
    return _form(SHELVES[code], SHELVES[code].tab_new, _(SHELVES[code].new), note, fault)


def edit(someone: Visitor, code: str, note: int) -> str | Response:
    """Rename it, change its text and its look."""
    stored = _own(someone, code, note)
    if request.method == "POST":
        written = _typed(request.form)
        if _fault(written):
            return drafts.refused(someone)
        drafts.saved(someone)
        with store().transaction() as db:
            query = "UPDATE notes SET name = ?, body = ?, changed_at = ? WHERE id = ? AND sub = ?"
            db.execute(query, (written.name, written.body, now(), note, someone.sub))
            db.execute(
                "INSERT OR REPLACE INTO note_looks VALUES (?, ?, ?)", (note, written.hue, written.icon)
            )
        flash(_("« %(name)s » est enregistré.", name=written.name))
        return redirect(url_for(f"{code}_read", note=note), 303)
    unsaved = drafts.unsaved(someone)
    written = _typed(unsaved if unsaved is not None else dict(stored))
    heading = _("Modifier « %(name)s »", name=stored["name"])
    return _form(SHELVES[code], SHELVES[code].tab, heading, written, _fault(written))


def _form(shelf: Shelf, tab: str, heading: str, note: Note, fault: str) -> str:
    looks = {"hues": HUES, "icons": ICONS} if shelf.code == "pages" else {}
    return render_template(
        "icart/writing.html", tab=tab, shelf=shelf, heading=heading, note=note, fault=fault, **looks
    )


def remove(someone: Visitor, code: str, note: int) -> Response:
    stored = _own(someone, code, note)
    store().db.execute("DELETE FROM notes WHERE id = ? AND sub = ?", (note, someone.sub))
    flash(_("« %(name)s » est supprimé.", name=stored["name"]))
    return redirect(url_for(code), 303)


def _own(someone: Visitor, code: str, note: int) -> Row:
    """One of this person's own; no other can be found at all."""
    query = f"{_WITH_LOOK} AND id = ?"
    row: Row | None = store().db.execute(query, (someone.sub, code, note)).fetchone()
    if row is None:
        raise NotFound
    return row


def _add(someone: Visitor, code: str, note: Note, key: str) -> bool:
    """False where this very form was sent before: a page that is sent twice is one page."""
    with store().transaction() as db:
        if key and not store().use_key(f"{someone.sub} {key}", now()):
            return False
        query = "INSERT INTO notes (sub, kind, name, body, changed_at) VALUES (?, ?, ?, ?, ?)"
        row = db.execute(query, (someone.sub, code, note.name, note.body, now())).lastrowid
        db.execute("INSERT INTO note_looks VALUES (?, ?, ?)", (row, note.hue, note.icon))
    return True


def _typed(fields: Mapping[str, str]) -> Note:
    hue, icon = fields.get("hue", ""), fields.get("icon", "")
    return Note(
        " ".join(fields.get("name", "").split()),
        fields.get("body", "").replace("\r\n", "\n"),
        hue if hue in HUES else "coral",
        icon if icon in ICONS else "notebook",
    )


def _fault(note: Note) -> str:
    if not note.name or len(note.name) > LONGEST_NAME:
        return str(_("Donnez un titre de 1 à %(most)s caractères.", most=LONGEST_NAME))
    if len(note.body) > LONGEST_BODY:
        return str(_("Le texte a plus de %(most)s caractères.", most=LONGEST_BODY))
    return ""


def _fault_of_number(someone: Visitor, code: str) -> str:
    query = "SELECT count(*) FROM notes WHERE sub = ? AND kind = ?"
    if store().db.execute(query, (someone.sub, code)).fetchone()[0] < MOST:
        return ""
    return str(_("Il y en a déjà %(most)s. Supprimez d’abord ce qui ne sert plus.", most=MOST))
