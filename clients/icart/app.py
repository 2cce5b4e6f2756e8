"""The portal: two entries, terms of use, tabs, tiles, favourites, pages of one's own."""

from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients.configuration import Configuration
from clients.icart import catalogue, notes
from clients.icart.registration import registration
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
SITES = (
    ("Le site du collège des Tilleuls", "/sites/college"),
    ("Le site du rectorat", "/sites/rectorat"),
)
MESSAGES = {
    "rentree": ("Réunion de rentrée", "La réunion parents-professeurs a lieu le jeudi 3 décembre à 18 h, en salle polyvalente."),
    "photos": ("Photos de classe", "Les photos de classe seront prises le mardi 8 décembre. Pensez au bon de commande."),
    "cantine": ("Cantine : menus de décembre", "Les menus de décembre sont affichés dans le hall. Un repas végétarien chaque jeudi."),
}  # fmt: skip
INFORMATION = {
    "college": ("Collège des Tilleuls", "12 allée des Tilleuls, 99000 Belleroche. Secrétariat ouvert de 8 h à 17 h 30, 01 99 00 00 01."),
    "rectorat": ("Rectorat", "Académie de Belleroche, service des familles : 01 99 00 00 99, du lundi au vendredi."),
}  # fmt: skip
DEPARTMENT = (
    "Conseil départemental",
    "Cantine, transport scolaire et entretien du collège : 01 99 00 10 00, ou à l’accueil de la maison du département, 3 place du Marché, Belleroche.",
)


def create_app(given: Configuration) -> Flask:
    """The portal's WSGI application."""
    app = create_relying_party("icart", "i-Cart", given, registration(given.base), TABLES)
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/terms", view_func=terms, methods=["GET", "POST"])
    app.add_url_rule("/apps", view_func=applications)
    app.add_url_rule("/favourites/<tile>", view_func=favourite, methods=["POST"])
    app.add_url_rule("/services", view_func=services)
    app.add_url_rule("/mail", view_func=mail)
    app.add_url_rule("/mail/<message>", view_func=message)
    app.add_url_rule("/library", view_func=library)
    app.add_url_rule("/departement", view_func=department)
    app.add_url_rule("/sites/<site>", view_func=site)
    app.add_url_rule("/post", view_func=post)
    notes.add_to(app, portal)
    return app


def portal(view: Any) -> Any:
    """A page of the portal: for people who are logged in and have accepted the terms of use of today."""

    def page(someone: Visitor, *arguments: Any, **values: Any) -> Any:
        if not _has_accepted(someone):
            return redirect(url_for("terms"))
        return view(someone, *arguments, **values)

    page.__name__ = view.__name__
    return logged_in(page)


def home() -> str | Response:
    someone = visitor()
    if someone is None:
        return render_template("icart/entry.html", closed=session_was_closed())
    if not _has_accepted(someone):
        return redirect(url_for("terms"))
    return render_template(
        "icart/home.html", tab="home", sites=SITES, tiles=_tiles(someone, favourites_only=True)
    )


@logged_in
def terms(someone: Visitor) -> str | Response:
    """Accepted at the foot of the page, then "Fermer" leads into the portal."""
    accepted = _has_accepted(someone)
    if request.method == "POST" and request.form.get("accept"):
        row = (someone.sub, TERMS_VERSION, now())
        store().db.execute("INSERT OR IGNORE INTO accepted_terms VALUES (?, ?, ?)", row)
        accepted = True
    missing = request.method == "POST" and not accepted
    return render_template("icart/terms.html", accepted=accepted, missing=missing, version=TERMS_VERSION)


@portal
def applications(someone: Visitor) -> str:
    search, category = request.args.get("q", "")[:100], request.args.get("category", "")
    only = category == "Mes Favoris"
    shown = _tiles(someone, search, "" if only else category, only)
    look = "list" if request.args.get("look") == "list" else "grid"
    filters = ("", "Mes Favoris", *catalogue.CATEGORIES)
    return render_template(
        "icart/applications.html",
        tab="apps",
        tiles=shown,
        q=search,
        category=category,
        look=look,
        filters=filters,
    )


@portal
def favourite(someone: Visitor, tile: str) -> Response:
    """Keep a tile as favourite, or no longer."""
    if tile not in {known.code for known in catalogue.TILES}:
        raise NotFound
    with store().transaction() as db:
        gone = db.execute("DELETE FROM favourites WHERE sub = ? AND tile = ?", (someone.sub, tile)).rowcount
        if not gone:
            db.execute("INSERT INTO favourites VALUES (?, ?)", (someone.sub, tile))
    kept: dict[str, Any] = {
        name: request.form[name] for name in ("q", "category", "look") if request.form.get(name)
    }
    return redirect(url_for("applications", **kept))


@portal
def services(someone: Visitor) -> str:
    return render_template("icart/services.html", tab="services", guardian=someone.is_guardian)


@portal
def mail(someone: Visitor) -> str:
    rows = store().db.execute("SELECT message FROM read_messages WHERE sub = ?", (someone.sub,))
    return render_template("icart/mail.html", tab="apps", messages=MESSAGES, read={row[0] for row in rows})


@portal
def message(someone: Visitor, message: str) -> str:
    if message not in MESSAGES:
        raise NotFound
    store().db.execute("INSERT OR IGNORE INTO read_messages VALUES (?, ?)", (someone.sub, message))
    subject, body = MESSAGES[message]
    return render_template("icart/information.html", tab="apps", heading=subject, body=body, back="mail")


@portal
def library(someone: Visitor) -> str:
    search = request.args.get("q", "")[:100]
    return render_template("icart/library.html", tab="apps", q=search, books=catalogue.books(search))


@portal
def department(someone: Visitor) -> str:
    heading, body = DEPARTMENT
    return render_template(
        "icart/information.html", tab="apps", heading=heading, body=body, back="applications"
    )


@portal
def site(someone: Visitor, site: str) -> str:
    if site not in INFORMATION:
        raise NotFound
    heading, body = INFORMATION[site]
    return render_template("icart/information.html", tab="home", heading=heading, body=body, back="home")


@portal
def post(someone: Visitor) -> str:
    return render_template("icart/post.html", tab="apps", roles=someone.person.get("roles", []))


def _has_accepted(someone: Visitor) -> bool:
    row = (someone.sub, TERMS_VERSION)
    return (
        store().db.execute("SELECT 1 FROM accepted_terms WHERE sub = ? AND version = ?", row).fetchone()
        is not None
    )


def _tiles(
    someone: Visitor, search: str = "", category: str = "", favourites_only: bool = False
) -> list[dict[str, Any]]:
    rows = store().db.execute("SELECT tile FROM favourites WHERE sub = ?", (someone.sub,))
    kept = frozenset(row[0] for row in rows)
    found = catalogue.tiles_for(
        catalogue.kind_of(someone), search, category, kept if favourites_only else None
    )
    links = {"pronote": "", "teleservices": "", **configuration().links}
    return [{"tile": tile, "href": tile.address.format(**links), "kept": tile.code in kept} for tile in found]
