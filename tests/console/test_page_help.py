"""Help in place: each page of the console says what it is for."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from idp.console.pages import PAGES, blueprint
from idp.console.pages.page import RIGHTS
from idp.console.rules import page_words
from idp.console.rules.rights import Act
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.console.addresses import needs_things_that_are_not_there, paths

blueprint.load()
NO_PAGES = {"job_file", "job_files"}
"""Downloads."""
ENDPOINTS = {endpoint for pages in PAGES.values() for endpoint in pages} - NO_PAGES


def test_every_page_has_its_words_and_no_words_are_of_a_page_that_is_gone() -> None:
    assert set(page_words.PAGES) == ENDPOINTS


@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS))
def test_the_words_are_a_few_sentences_and_the_right_is_the_pages(endpoint: str) -> None:
    words = page_words.PAGES[endpoint]
    sentences = re.findall(r"[^.!?]+[.!?](?: |$)", words.purpose)
    assert 1 <= len(sentences) <= 3 and len(words.purpose) < 400 and words.title
    searched = {*page_words.OF_SCHOOL, *page_words.OF_ACADEMY}
    assert (words.act is not None) == (endpoint in searched), "what is searched is judged by its right"
    if words.act is not None:
        assert words.act == RIGHTS[endpoint]


@pytest.mark.parametrize("role", ["head", "academy_administrator"])
def test_each_page_shows_them(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], role: str
) -> None:
    visitor, shown = at_console(worker_of(contextless, role)), set()
    for name, path in paths(app, contextless).items():
        if visitor.opens(path).status != 200 or name in NO_PAGES or needs_things_that_are_not_there(name):
            continue
        if "console.css" not in visitor.html:
            continue
        help_text = re.search(r'<details class="page-help">(.*?)</details>', visitor.html, re.DOTALL)
        assert help_text and "À quoi sert cette page ?" in help_text[1], name
        assert 'href="/console/help' in help_text[1]
        shown.add(name)
    assert len(shown) > (8 if role == "head" else 20)


def test_the_help_lists_what_is_open_to_its_reader_alone(
    contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    secretary = at_console(worker_of(contextless, "secretary")).opens("/console/help").words
    assert "Courriers" in secretary and "Jetons d’enregistrement" not in secretary
    assert page_words.PAGES["delegations"].act is Act.DELEGATE
    assert page_words.PAGES["delegations"].purpose.replace("’", "'")[:40] not in secretary.replace("’", "'")
