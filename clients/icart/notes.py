"""What people write in the portal: pages of their own (Nouvelle Page) and small files (Mes fichiers)."""

from collections.abc import Callable
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients.relying_party import now, store
from clients.store import Visitor

LONGEST_NAME, LONGEST_BODY, MOST = 80, 10_000, 50
KINDS = {
    "pages": ("space", "Mon Espace", "Nouvelle page"),
    "files": ("apps", "Mes fichiers", "Nouveau fichier"),
}
"""Path → the tab it stands under, its heading, and what a new one is called."""


def add_to(app: Flask, portal: Callable[[Any], Any]) -> None:
    """Join the routes to the portal's application; `portal` guards a view."""
    for kind in KINDS:
        app.add_url_rule(f"/{kind}", f"{kind}", portal(listing), defaults={"kind": kind})
        app.add_url_rule(
            f"/{kind}/new",
            f"{kind}_new",
            portal(edit),
            defaults={"kind": kind, "note": None},
            methods=["GET", "POST"],
        )
        app.add_url_rule(
            f"/{kind}/<int:note>",
            f"{kind}_edit",
            portal(edit),
            defaults={"kind": kind},
            methods=["GET", "POST"],
        )


def listing(someone: Visitor, kind: str) -> str:
    rows = (
        store()
        .db.execute(
            "SELECT id, name, body FROM notes WHERE sub = ? AND kind = ? ORDER BY name", (someone.sub, kind)
        )
        .fetchall()
    )
    tab, heading, new = KINDS[kind]
    return render_template("icart/notes.html", tab=tab, heading=heading, new=new, kind=kind, notes=rows)


def edit(someone: Visitor, kind: str, note: int | None) -> str | Response:
    """Write, rename, change or remove one; only one's own can be found at all."""
    kept = None if note is None else _own(someone, kind, note)
    name, body = request.form.get("name", "").strip(), request.form.get("body", "").replace("\r\n", "\n")
    fault = ""
    if request.method == "POST":
        if request.form.get("act") == "remove" and kept is not None:
            store().db.execute("DELETE FROM notes WHERE id = ? AND sub = ?", (note, someone.sub))
            return redirect(url_for(kind))
        fault = _fault(someone, kind, name, body, is_new=kept is None)
        if not fault:
            _write(someone, kind, note, name, body)
            return redirect(url_for(kind))
    elif kept is not None:
        name, body = kept["name"], kept["body"]
    tab, _, new = KINDS[kind]
    page = {
        "tab": "new" if kept is None and kind == "pages" else tab,
        "kind": kind,
        "heading": name if kept else new,
    }
    return render_template("icart/note.html", **page, name=name, body=body, fault=fault, is_new=kept is None)


def _own(someone: Visitor, kind: str, note: int) -> Any:
    query = "SELECT * FROM notes WHERE id = ? AND sub = ? AND kind = ?"
    row = store().db.execute(query, (note, someone.sub, kind)).fetchone()
    if row is None:
        raise NotFound
    return row


def _fault(someone: Visitor, kind: str, name: str, body: str, is_new: bool) -> str:
    if not name or len(name) > LONGEST_NAME:
        return f"Donnez un titre de 1 à {LONGEST_NAME} caractères."
    if len(body) > LONGEST_BODY:
        return f"Le texte a plus de {LONGEST_BODY} caractères."
    counted = store().db.execute("SELECT count(*) FROM notes WHERE sub = ? AND kind = ?", (someone.sub, kind))
    if is_new and counted.fetchone()[0] >= MOST:
        return f"Vous en avez déjà {MOST}. Supprimez-en une d’abord."
    return ""


def _write(someone: Visitor, kind: str, note: int | None, name: str, body: str) -> None:
    if note is None:
        query = "INSERT INTO notes (sub, kind, name, body, changed_at) VALUES (?, ?, ?, ?, ?)"
        store().db.execute(query, (someone.sub, kind, name, body, now()))
    else:
        query = "UPDATE notes SET name = ?, body = ?, changed_at = ? WHERE id = ? AND sub = ?"
        store().db.execute(query, (name, body, now(), note, someone.sub))
