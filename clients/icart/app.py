"""The portal: two entries, terms of use, tabs, tiles, favourites, pages of one's own."""

from functools import wraps
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients.configuration import Configuration
from clients.icart import catalogue, notes, notices
from clients.icart.registration import registration
from clients.relying_party import (
    View,
    configuration,
    create_relying_party,
    logged_in,
    now,
    session_was_closed,
    store,
    visitor,
)
from clients.store import Visitor

TERMS_VERSION = "2026-09"
TABLES = """
CREATE TABLE IF NOT EXISTS accepted_terms (
    sub TEXT NOT NULL, version TEXT NOT NULL, accepted_at INTEGER NOT NULL, PRIMARY KEY (sub, version));
CREATE TABLE IF NOT EXISTS favourites (sub TEXT NOT NULL, tile TEXT NOT NULL, PRIMARY KEY (sub, tile));
CREATE TABLE IF NOT EXISTS read_messages (sub TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (sub, message));
CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sub TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    changed_at INTEGER NOT NULL)
"""


def create_app(config: Configuration) -> Flask:
    """The portal's WSGI application."""
    app = create_relying_party("icart", "i-Cart", config, registration(config.base), TABLES)
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/terms", view_func=terms, methods=["GET", "POST"])
    app.add_url_rule("/apps", view_func=applications)
    app.add_url_rule("/favourites/<tile>", view_func=favourite, methods=["POST"])
    app.add_url_rule("/services", view_func=services)
    app.add_url_rule("/mail", view_func=mail)
    app.add_url_rule("/mail/<message>", view_func=message)
    app.add_url_rule("/library", view_func=library)
    app.add_url_rule("/departement", view_func=department)
    app.add_url_rule("/sites/rectorat", view_func=rectorat)
    app.add_url_rule("/sites/<uai>", view_func=school)
    app.add_url_rule("/post", view_func=post)
    notes.add_to(app, portal)
    return app


def portal(view: View) -> View:
    """A page of the portal: for people who are logged in and have accepted the terms of use of today."""

    @wraps(view)
    def page(someone: Visitor, *arguments: Any, **values: Any) -> Any:
        if not _has_accepted(someone):
            return redirect(url_for("terms"))
        return view(someone, *arguments, **values)

    return logged_in(page)


def home() -> str | Response:
    someone = visitor()
    if someone is None:
        return render_template("icart/entry.html", closed=session_was_closed())
    if not _has_accepted(someone):
        return redirect(url_for("terms"))
    tiles, schools = _tiles(someone, favourites_only=True), notices.schools_of(someone)
    return render_template("icart/home.html", tab="home", tiles=tiles, schools=schools)


@logged_in
def terms(someone: Visitor) -> str | Response:
    """Accepted at the foot of the page, then "Fermer" leads into the portal."""
    accepted = _has_accepted(someone)
    if request.method == "POST" and request.form.get("accept"):
        row = (someone.sub, TERMS_VERSION, now())
        store().db.execute("INSERT OR IGNORE INTO accepted_terms VALUES (?, ?, ?)", row)
    if request.method == "POST":
        return redirect(url_for("terms", missing=None if request.form.get("accept") else 1), 303)
    missing = "missing" in request.args and not accepted
    return render_template("icart/terms.html", accepted=accepted, missing=missing, version=TERMS_VERSION)


@portal
def applications(someone: Visitor) -> str:
    """The tiles that match what was searched and the chosen filter, as a grid or a list."""
    search, category = request.args.get("q", "").strip()[:100], request.args.get("category", "")
    favourites = category == "Mes Favoris"
    page = {
        "tiles": _tiles(someone, search, "" if favourites else category, favourites),
        "q": search,
        "category": category,
        "look": "list" if request.args.get("look") == "list" else "grid",
        "filters": ("", "Mes Favoris", *catalogue.CATEGORIES),
    }
    return render_template("icart/applications.html", tab="apps", **page)


@portal
def favourite(someone: Visitor, tile: str) -> Response:
    """Add a favourite tile (`keep`) or remove it, then return to the page of the form."""
    if tile not in {item.code for item in catalogue.TILES}:
        raise NotFound
    if request.form.get("keep", "1"):
        query = "INSERT OR IGNORE INTO favourites VALUES (?, ?)"
    else:
        query = "DELETE FROM favourites WHERE sub = ? AND tile = ?"
    store().db.execute(query, (someone.sub, tile))
    if request.form.get("back") == "home":
        return redirect(url_for("home"))
    chosen: dict[str, Any] = {
        name: request.form[name] for name in ("q", "category", "look") if request.form.get(name)
    }
    return redirect(url_for("applications", **chosen))


@portal
def services(someone: Visitor) -> str:
    return render_template("icart/services.html", tab="services", guardian=someone.is_guardian)


@portal
def mail(someone: Visitor) -> str:
    rows = store().db.execute("SELECT message FROM read_messages WHERE sub = ?", (someone.sub,))
    read = {row["message"] for row in rows}
    return render_template("icart/mail.html", tab="apps", messages=notices.MESSAGES, read=read)


@portal
def message(someone: Visitor, message: str) -> str:
    if message not in notices.MESSAGES:
        raise NotFound
    store().db.execute("INSERT OR IGNORE INTO read_messages VALUES (?, ?)", (someone.sub, message))
    return _information("apps", notices.MESSAGES[message], "mail")


@portal
def library(_: Visitor) -> str:
    search = request.args.get("q", "").strip()[:100]
    return render_template("icart/library.html", tab="apps", q=search, books=catalogue.books(search))


@portal
def department(_: Visitor) -> str:
    return _information("apps", notices.DEPARTMENT, "applications")


@portal
def rectorat(_: Visitor) -> str:
    return _information("home", notices.RECTORAT, "home")


@portal
def school(someone: Visitor, uai: str) -> str:
    """The page of a school of this person."""
    schools = notices.schools_of(someone)
    if uai not in schools:
        raise NotFound
    return _information("home", notices.about_school(schools[uai]), "home")


@portal
def post(someone: Visitor) -> str:
    """The posts and schools of a member of staff."""
    if not someone.is_staff:
        raise NotFound
    return render_template("icart/post.html", tab="apps", roles=someone.person.get("roles", []))


def _information(tab: str, page: notices.Page, back: str) -> str:
    return render_template("icart/information.html", tab=tab, page=page, back=back)


def _has_accepted(someone: Visitor) -> bool:
    query, row = "SELECT 1 FROM accepted_terms WHERE sub = ? AND version = ?", (someone.sub, TERMS_VERSION)
    return store().db.execute(query, row).fetchone() is not None


def _tiles(
    someone: Visitor, search: str = "", category: str = "", favourites_only: bool = False
) -> list[dict[str, Any]]:
    """Tiles for the page, with their address; a tile whose service is not known here is left out."""
    rows = store().db.execute("SELECT tile FROM favourites WHERE sub = ?", (someone.sub,))
    chosen, links = frozenset(row["tile"] for row in rows), configuration().links
    tiles = catalogue.tiles_for(
        catalogue.kind_of(someone), search, category, chosen if favourites_only else None
    )
    return [
        {"tile": tile, "href": links.get(tile.service, "") + tile.path, "kept": tile.code in chosen}
        for tile in tiles
        if not tile.service or tile.service in links
    ]
