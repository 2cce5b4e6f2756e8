"""The search of the console, and its help."""

from flask import render_template, request

from idp.console import reach, searching
from idp.console.pages.page import Desk, page, show
from idp.console.rules import page_words, rights
from idp.web.form_pages import Page

LONGEST = 100


@page("search", None)
def search(desk: Desk) -> Page:
    """`part`: the results alone, for the palette; else the whole page, which needs no script."""
    text = request.args.get("q", "")[:LONGEST].strip()
    results = searching.results(text, desk.rights)
    if "part" in request.args:
        return render_template("console/search_results.html", results=results, text=text, desk=desk)
    return show(_at_its_school(desk), "search", results=results, text=text)


def _at_its_school(desk: Desk) -> Desk:
    """With the menu of the one school that a person works at."""
    schools = rights.schools_of(desk.rights)
    school = reach.school_of_id(min(schools)) if len(schools) == 1 else None
    return Desk(desk.session, desk.rights, school)


@page("help", None)
def help_page(desk: Desk) -> Page:
    """What each page is for that is open to this person."""
    endpoints = [*page_words.OF_SCHOOL, *page_words.OF_ACADEMY]
    opened = [name for name in endpoints if searching.opens_somewhere(desk.rights, name)]
    return show(_at_its_school(desk), "help", pages=[(name, page_words.PAGES[name]) for name in opened])
