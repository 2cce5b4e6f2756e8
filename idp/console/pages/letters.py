"""Letters: the people without one, class by class; a preview of a run to confirm; the run: PDF, mail merge or mail."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from idp.console import letter_jobs
from idp.console.pages.page import Desk, back, form_of, number, page, pressed
from idp.console.rules.rights import Act
from idp.letters.rules import runs
from idp.letters.rules.runs import LetterChoice
from idp.runtime.context import now, settings
from idp.web.form_pages import FormPage, Page
from idp.web.languages import language_names

CHOICES = ("class", "kind", "form", "letters_in", "back_in", "again")
"""Fields of the choice; the first page passes them on to the preview."""


@page("letters", Act.PRINT_LETTERS, matters=True)
def letters(desk: Desk) -> Page:
    assert desk.school is not None
    form_page = form_of(desk, "letters")
    with form_page:
        if pressed() == "print":
            _plan(desk, request.form)
            chosen = {name: request.form.getlist(name) for name in CHOICES if name in request.form}
            return back("letters_question", uai=desk.school.uai, **chosen)
    return _first_page(desk, form_page, request.form if pressed() else request.args)


@page("letters_question", Act.PRINT_LETTERS, matters=True)
def letters_question(desk: Desk) -> Page:
    """The number of letters, class by class, and the button to confirm."""
    assert desk.school is not None
    question, values = form_of(desk, "letters_question"), request.form if pressed() else request.args
    if not values:
        return back("letters", uai=desk.school.uai)
    choice = _choice(values)
    with question:
        if pressed() == "print":
            reach, language = desk.reach(Act.PRINT_LETTERS), values.get("letters_in", "")
            back_in = values.get("back_in") or None
            job = letter_jobs.ask(
                desk.school.id, reach, choice, language, desk.actor, now(), number("count"), back_in
            )
            return back("job", number=job)
    first_page, lines = form_of(desk, "letters"), None
    with first_page:
        lines = _plan(desk, values)
    if lines is None:
        first_page.refusal = question.refusal or first_page.refusal
        return _first_page(desk, first_page, values)
    return question.show(
        lines=lines,
        total=sum(len(line.accounts) for line in lines),
        choice=choice,
        sides=_sides(values) if choice.form in letter_jobs.PAPERS else None,
        fields=[(name, value) for name in CHOICES for value in values.getlist(name)],
    )


def _sides(values: MultiDict[str, str]) -> tuple[str, str]:
    """The languages of both sides by their names; empty: nothing on the back."""
    names = dict(language_names())
    front, back_in = values.get("letters_in", ""), values.get("back_in", "")
    return names.get(front, ""), "" if back_in == front else names.get(back_in, "")


def _plan(desk: Desk, values: MultiDict[str, str]) -> list[runs.ClassLetters]:
    assert desk.school is not None
    language = values.get("letters_in", "")
    return letter_jobs.plan(desk.school.id, desk.reach(Act.PRINT_LETTERS), _choice(values), language, now())


def _choice(values: MultiDict[str, str]) -> LetterChoice:
    kinds, classes = frozenset(values.getlist("kind")), frozenset(values.getlist("class"))
    return LetterChoice(kinds, classes, values.get("form", ""), "again" in values)


def _first_page(desk: Desk, form_page: FormPage, values: MultiDict[str, Any]) -> Page:
    assert desk.school is not None
    reach = desk.reach(Act.PRINT_LETTERS)
    members = letter_jobs.members(desk.school.id, reach)
    return form_page.show(
        rows=runs.waiting(members, now()),
        total=runs.people_waiting(members, now()),
        kinds=sorted(reach.kinds & {"pupil", "guardian"}),
        values=values,
        days=settings().passwords.letter_days,
        languages=language_names(),
    )
