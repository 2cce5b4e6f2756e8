"""What each page of the console is for, and the words by which it is searched: one list for help in place, help and search."""

from collections.abc import Iterable
from functools import lru_cache

from idp.console.rules import academy_pages, school_pages
from idp.console.rules.page_purpose import PageWords
from idp.people.rules.names import plain
from idp.people.rules.near_names import mistakes
from idp.refusals import N_

PAGES: dict[str, PageWords] = {**school_pages.PAGES, **academy_pages.PAGES}
"""Endpoint of the console → its words."""

OF_SCHOOL = (
    "school",
    "people",
    "letters",
    "imports",
    "renewal",
    "our_school",
    "delegations",
    "recognition",
    "jobs",
    "erasure_requests",
)
"""Pages that a school has, in the order of its menu."""
OF_ACADEMY = (
    "academy",
    "services",
    "new_service",
    "tokens",
    "providers",
    "keys",
    "administrators",
    "appearance",
    "audit",
    "trouble",
    "academy_jobs",
    "approvals",
    "academy_erasure_requests",
)

SETTINGS: tuple[tuple[str, str, str], ...] = (
    (N_("Téléphone et horaires du secrétariat"), "our_school", "office"),
    (N_("Note aux familles"), "our_school", "note"),
    (N_("Logo et couleurs"), "our_school", "brand"),
)
"""(title, endpoint, place on the page) of what is set on a page with other things."""


def matches(typed: Iterable[str], text: str) -> bool:
    """Whether each typed word (folded) begins, almost, some word of a text."""
    words = _words(text)
    return all(any(mistakes(part, word) is not None for word in words) for part in typed)


@lru_cache(2_000)
def _words(text: str) -> tuple[str, ...]:
    """The folded words of a name or title: the same few hundred texts are compared with each letter that is typed."""
    return tuple(word for word in map(plain, text.replace("’", " ").split()) if word)
