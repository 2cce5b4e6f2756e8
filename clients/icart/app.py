"""The portal: two entries, terms of use, tabs, tiles, favourites, messages, pages of one's own."""

from functools import wraps
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import dates
from clients.configuration import Configuration
from clients.icart import catalogue, favourites, mailbox, notes, notices
from clients.icart.registration import registration
from clients.languages import current_language
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
TABLES = ";".join(
    (
        """
CREATE TABLE IF NOT EXISTS accepted_terms (
    sub TEXT NOT NULL, version TEXT NOT NULL, accepted_at INTEGER NOT NULL, PRIMARY KEY (sub, version))
""",
        favourites.TABLES,
        mailbox.TABLES,
        notes.TABLES,
    )
)
FAVOURITES = "favourites"
"""The filter beside the categories."""
LATEST = 3
"""How many messages and pages the first page shows."""


def create_app(config: Configuration) -> Flask:
    """The portal's WSGI application."""
    app = create_relying_party("icart", "i-Cart", config, registration(config.base), TABLES)
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/terms", view_func=terms, methods=["GET", "POST"])
    app.add_url_rule("/apps", view_func=applications)
    app.add_url_rule("/favourites", view_func=arranging)
    app.add_url_rule("/favourites/order", view_func=arrange, methods=["POST"])
    app.add_url_rule("/favourites/<tile>", view_func=favourite, methods=["POST"])
    app.add_url_rule("/favourites/<tile>/move", view_func=move, methods=["POST"])
    app.add_url_rule("/services", view_func=services)
    app.add_url_rule("/library", view_func=library)
    app.add_url_rule("/departement", view_func=department)
    app.add_url_rule("/sites/rectorat", view_func=rectorat)
    app.add_url_rule("/sites/<uai>", view_func=school)
    app.add_url_rule("/post", view_func=post)
    mailbox.add_to(app, portal)
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
    page = {
        "today": dates.today(),
        "tiles": _favourites(someone),
        "others": [tile for tile in _tiles(someone) if not tile["kept"]],
        "schools": notices.schools_of(someone),
        "inbox": mailbox.inbox(someone)[:LATEST],
        "pages": notes.latest(someone, "pages", LATEST),
    }
    return render_template("icart/home.html", tab="home", **page)


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
    tiles = _tiles(someone, search, "" if category == FAVOURITES else category)
    if category == FAVOURITES:
        tiles = _favourites(someone, tiles)
    page = {
        "tiles": tiles,
        "q": search,
        "category": category,
        "look": "list" if request.args.get("look") == "list" else "grid",
        "filters": catalogue.categories_for(catalogue.kind_of(someone)),
    }
    return render_template("icart/applications.html", tab="apps", **page)


@portal
def favourite(someone: Visitor, tile: str) -> Response:
    """Add a favourite tile (`keep`) or remove it, then return to the page of the form."""
    _is_a_tile(tile)
    change = favourites.add if request.form.get("keep", "1") else favourites.remove
    change(store(), someone.sub, tile)
    back = request.form.get("back")
    if back in ("home", "arranging"):
        return redirect(url_for(back), 303)
    chosen: dict[str, Any] = {
        name: request.form[name] for name in ("q", "category", "look") if request.form.get(name)
    }
    return redirect(url_for("applications", **chosen), 303)


@portal
def arranging(someone: Visitor) -> str:
    """The favourites, to be put into another order: by buttons, or by dragging where there is a script."""
    # The button that was pressed has the focus again: a tile is moved by several places without a mouse.
    page = {"moved": request.args.get("moved"), "step": request.args.get("step")}
    return render_template("icart/arranging.html", tab="home", tiles=_favourites(someone), **page)


@portal
def move(someone: Visitor, tile: str) -> Response:
    """One place up or down among the favourites that the page shows."""
    _is_a_tile(tile)
    shown = [item["tile"].code for item in _favourites(someone)]
    step = "up" if request.form.get("step") == "up" else "down"
    order = favourites.moved(shown, tile, -1 if step == "up" else 1)
    favourites.arrange(store(), someone.sub, order)
    return redirect(url_for("arranging", moved=tile, step=step), 303)


@portal
def arrange(someone: Visitor) -> Response:
    """The whole order, as codes with spaces between them."""
    favourites.arrange(store(), someone.sub, request.form.get("order", "")[:1000].split())
    return redirect(url_for("arranging"), 303)


@portal
def services(someone: Visitor) -> str:
    return render_template("icart/services.html", tab="services", guardian=someone.is_guardian)


@portal
def library(_: Visitor) -> str:
    search = request.args.get("q", "").strip()[:100]
    return render_template("icart/library.html", tab="apps", q=search, books=catalogue.books(search))


@portal
def department(_: Visitor) -> str:
    return _information("apps", notices.about_department(), "applications")


@portal
def rectorat(_: Visitor) -> str:
    return _information("home", notices.about_rectorat(), "home")


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


def _is_a_tile(code: str) -> None:
    if code not in {tile.code for tile in catalogue.TILES}:
        raise NotFound


def _tiles(someone: Visitor, search: str = "", category: str = "") -> list[dict[str, Any]]:
    """Tiles for the page, with address and badge; a tile whose service is not known here is left out."""
    chosen, links = favourites.of(store(), someone.sub), configuration().links
    counts = {"courrier": sum(entry["is_new"] for entry in mailbox.inbox(someone))}
    tiles = catalogue.tiles_for(catalogue.kind_of(someone), search, category, gettext)
    return [
        {
            "tile": tile,
            "href": _address(tile),
            "kept": tile.code in chosen,
            "count": counts.get(tile.code, 0),
        }
        for tile in tiles
        if not tile.service or tile.service in links
    ]


def _address(tile: catalogue.Tile) -> str:
    """A service opens in the language of the portal."""
    if not tile.service:
        return tile.path
    sign = "&" if "?" in tile.path else "?"
    return f"{configuration().links[tile.service]}{tile.path}{sign}language={current_language()}"


def _favourites(someone: Visitor, tiles: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The favourites among `tiles` (by default all that this person sees), in their order."""
    shown = {item["tile"].code: item for item in (_tiles(someone) if tiles is None else tiles)}
    return [shown[code] for code in favourites.of(store(), someone.sub) if code in shown]
