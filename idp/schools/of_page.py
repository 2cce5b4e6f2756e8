"""Whose page a response is: the schools that it is known to be for, and what it shows of them.

A page is for the one school of its service, for the school whose letter led to it, or for the schools of the signed-in person.
It never is for the school of a typed identifier: that would tell a stranger who is where.
"""

from collections.abc import Callable

from flask import Flask, g, has_request_context

from idp.runtime.context import day_of, now
from idp.schools import appearance
from idp.schools.rules.appearance import Brand, Note

NO_BRAND = Brand()


def init_schools(app: Flask) -> None:
    """Pass the brand and the notes of a page to every template, and the office's contact to every sentence that names it."""
    app.jinja_env.globals["brand"] = brand
    app.jinja_env.globals["family_notes"] = notes
    app.extensions["office_contact"] = office_contact


def belongs_to(schools: Callable[[], tuple[str, ...]]) -> None:
    """Note whose page this request is for. `schools`: returns their UAIs; called at most once, if the page shows any of them."""
    g.ask_schools = schools


def schools() -> tuple[str, ...]:
    """UAIs of the schools that this page is known to be for."""
    if "schools_of_page" not in g:
        ask: Callable[[], tuple[str, ...]] | None = g.get("ask_schools")
        g.schools_of_page = ask() if ask else ()
    known: tuple[str, ...] = g.schools_of_page
    return known


def brand() -> Brand:
    """The brand of this page: its school's, if it is for one school alone, else the academy's."""
    if not has_request_context() or g.get("unbranded"):
        return NO_BRAND
    own = schools()
    shown = appearance.brand_for(own[0] if len(own) == 1 else None)
    g.brand_source = shown.source
    return shown


def notes() -> list[tuple[str, Note]]:
    """(name of the school, note) for the families whom this page is for; the academy's has no name."""
    if g.get("unbranded"):
        return []
    return appearance.every().notes_for(schools(), day_of(now()))


def office_contact(with_name: bool = True) -> str:
    """Telephone, hours and mail of the office of this page's one school, after its name if asked; empty where nothing is known."""
    if not has_request_context() or g.get("unbranded"):
        return ""
    own = schools()
    shown = appearance.of_school(own[0]) if len(own) == 1 else None
    contact = shown.office.contact() if shown else ""
    return f"{shown.name}, {contact}" if shown and contact and with_name else contact
