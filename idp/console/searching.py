"""The search of the console: people, classes, schools, services, pages and help, each within the rights of who searches."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask_babel import gettext

from idp.console import services
from idp.console.rules import page_words
from idp.console.rules.people_query import PeopleQuery, read_query
from idp.console.rules.rights import ALL_KINDS, FAMILIES, Act, Right, SchoolRow, may, reach, schools_of
from idp.console.storage import near_people, rights, search
from idp.console.storage.search import PersonRow
from idp.database.engine import reading
from idp.people.rules.names import plain
from idp.refusals import CATALOGUE

MOST = 8
"""Results of a group."""
MOST_SCHOOLS = 12
"""Schools of one person in which people are searched: more work at the academy."""
MOST_NAMES = 3
"""Typed words of which each may be misspelt: every further one may belong to the surname or to the first name."""
SHORTEST = 2
"""Letters from which people are searched: one alone would find a tenth of them."""

_FACT = re.compile(r"%\(\w+\)s")
"""What a refusal fills into its sentence."""


@dataclass(frozen=True)
class PersonResult:
    """`school`: the one at which the person is within reach; None: at the academy."""

    person: PersonRow
    school: SchoolRow | None


@dataclass(frozen=True)
class PageResult:
    """`title`, `page`: of the page, and a place on it. `school` None: a page of the academy, or of nobody's school."""

    title: str
    page: str
    school: SchoolRow | None = None
    place: str = ""


@dataclass(frozen=True)
class HelpResult:
    """A code of a refusal with its words, or a page's purpose with its endpoint as `place`."""

    title: str
    text: str
    place: str = ""


@dataclass(frozen=True)
class Results:
    """`services`: (endpoint, id, name)."""

    people: tuple[PersonResult, ...] = ()
    classes: tuple[tuple[SchoolRow, str], ...] = ()
    schools: tuple[SchoolRow, ...] = ()
    services: tuple[tuple[str, str, str], ...] = ()
    pages: tuple[PageResult, ...] = ()
    help: tuple[HelpResult, ...] = ()

    @property
    def total(self) -> int:
        groups = (self.people, self.classes, self.schools, self.services, self.pages, self.help)
        return sum(map(len, groups))


def results(text: str, own_rights: Sequence[Right]) -> Results:
    """What a typed text names, at most MOST of each group; nothing for a text without letters and digits."""
    words = [word for word in map(plain, text[:100].split()) if word]
    if not words:
        return Results()
    schools = rights.schools_by_id(reading(), schools_of(own_rights))[:MOST_SCHOOLS]
    return Results(
        tuple(islice(_people(text, own_rights, schools), MOST)),
        tuple(islice(_classes(words, own_rights, schools), MOST)),
        tuple(islice(_schools(words, own_rights), MOST)),
        tuple(islice(_services(words, own_rights), MOST)),
        tuple(islice(_pages(words, own_rights, schools), MOST)),
        tuple(islice(_help(words, own_rights), MOST)),
    )


def _people(text: str, own_rights: Sequence[Right], schools: Sequence[SchoolRow]) -> list[PersonResult]:
    """Names as they are typed first; those that are spelt almost so only where these are few."""
    if len(plain(text)) < SHORTEST:
        return []
    people: dict[int, PersonResult] = {}
    if may(own_rights, Act.SEE_PEOPLE, None):
        kinds = ALL_KINDS if may(own_rights, Act.PERSONAL_DATA, None) else FAMILIES
        query = read_query(text, ())
        rows = search.in_academy(reading(), query, kinds)
        if len(rows) < MOST and _is_names(query):
            rows += near_people.in_academy(reading(), query.names, kinds, MOST)
        return list({row.account: PersonResult(row, None) for row in rows}.values())
    for school in schools:
        if not may(own_rights, Act.SEE_PEOPLE, school.id):
            continue
        own_reach = reach(own_rights, Act.SEE_PEOPLE, school.id)
        query = read_query(text, rights.classes_of(reading(), school.id))
        if not (query.names or query.mails or query.phones):
            continue
        rows, _ = search.in_school(reading(), query, own_reach, school.id)
        if len(rows) < MOST and _is_names(query):
            rows += near_people.in_school(reading(), query.names, own_reach, school.id, MOST)
        for row in rows:
            people.setdefault(row.account, PersonResult(row, school))
    return list(people.values())


def _is_names(query: PeopleQuery) -> bool:
    """Whether nothing but a few names was typed."""
    return 0 < len(query.names) <= MOST_NAMES and query == PeopleQuery(names=query.names)


def _classes(
    words: Sequence[str], own_rights: Sequence[Right], schools: Sequence[SchoolRow]
) -> Iterator[Any]:
    """Classes of one's own schools. An academy's are too many to help: its members find schools."""
    typed = "".join(words)
    for school in schools:
        if may(own_rights, Act.SEE_PEOPLE, school.id):
            for code in rights.classes_of(reading(), school.id, reach(own_rights, Act.SEE_PEOPLE, school.id)):
                if plain(code).startswith(typed):
                    yield school, code


def _schools(words: Sequence[str], own_rights: Sequence[Right]) -> Iterator[Any]:
    if may(own_rights, Act.SEE_ACADEMY, None):
        for school in rights.schools_by_id(reading(), None):
            if page_words.matches(words, f"{school.name} {school.uai}"):
                yield school


def _services(words: Sequence[str], own_rights: Sequence[Right]) -> Iterator[Any]:
    if not may(own_rights, Act.SERVICES, None):
        return
    yield from (service for service in services.listed() if page_words.matches(words, service.name))


def _pages(words: Sequence[str], own_rights: Sequence[Right], schools: Sequence[SchoolRow]) -> Iterator[Any]:
    for title, endpoint, place in page_words.SETTINGS:
        if page_words.matches(words, gettext(title)):
            for school in schools:
                if may(own_rights, Act.SCHOOL_PAGE, school.id):
                    yield PageResult(gettext(title), endpoint, school, place)
    for endpoint in page_words.OF_SCHOOL:
        if _is_meant(words, endpoint):
            for school in schools:
                if _opens(own_rights, endpoint, school.id):
                    yield PageResult(gettext(page_words.PAGES[endpoint].title), endpoint, school)
    for endpoint in page_words.OF_ACADEMY:
        if _is_meant(words, endpoint) and _opens(own_rights, endpoint, None):
            yield PageResult(gettext(page_words.PAGES[endpoint].title), endpoint)


def _help(words: Sequence[str], own_rights: Sequence[Right]) -> Iterator[Any]:
    codes = {plain(code): code for code in CATALOGUE}
    for word in words:
        if code := codes.get(word):
            wording = CATALOGUE[code]
            sentence = _FACT.sub("…", gettext(wording.sentence))
            yield HelpResult(f"{code} · {gettext(wording.title)}", sentence)
    for endpoint in (*page_words.OF_SCHOOL, *page_words.OF_ACADEMY):
        if _is_meant(words, endpoint) and opens_somewhere(own_rights, endpoint):
            words_of_page = page_words.PAGES[endpoint]
            yield HelpResult(gettext(words_of_page.title), gettext(words_of_page.purpose), endpoint)


def opens_somewhere(own_rights: Sequence[Right], endpoint: str) -> bool:
    """Whether a page is open to the holder of these rights, at the academy or at some school."""
    if endpoint in page_words.OF_ACADEMY:
        return _opens(own_rights, endpoint, None)
    return any(_opens(own_rights, endpoint, right.school) for right in own_rights)


def _is_meant(words: Sequence[str], endpoint: str) -> bool:
    page = page_words.PAGES[endpoint]
    searched = gettext(page.title) + (f" {gettext(page.words)}" if page.words else "")
    return page_words.matches(words, searched)


def _opens(own_rights: Sequence[Right], endpoint: str, school: int | None) -> bool:
    act = page_words.PAGES[endpoint].act
    return act is not None and may(own_rights, act, school)
