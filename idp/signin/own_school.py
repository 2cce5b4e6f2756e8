"""The office of the signed-in person's school, for the sentences that name an office. Nothing of it reaches a stranger."""

from flask import Flask, g, request

from idp.database.engine import reading
from idp.people.rules.school_offices import office_of
from idp.people.storage import schools
from idp.signin.sessions import Session


def init_own_school(app: Flask) -> None:
    """Let `idp.web.languages.school_office` name the office of a person's own school."""
    app.extensions["own office"] = own_office


def own_office(language: str) -> str | None:
    """None if this page has read no session, or the person belongs to no school or to several. One statement for each page."""
    session: Session | None = request.environ.get("idp.session")
    if session is None:
        return None
    if "own_schools" not in g:
        g.own_schools = schools.names_of(reading(), session.account.person_id)
    names: list[str] = g.own_schools
    return office_of(names[0], language) if len(names) == 1 else None
