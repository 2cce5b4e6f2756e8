"""The visible text of a page, and its words of another language or of no language."""

import re
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from lxml.html import HtmlElement

from tests.pages import root_of

ROOT = Path(__file__).parent.parent.parent
SILENT = {"style", "script", "code", "pre", "textarea", "meta", "link"}
READ_ALOUD = ("aria-label", "title", "alt", "placeholder", "data-show", "data-hide", "data-met", "data-unmet")

FREQUENT = {
    "en": "the of and is are was were has have had with without your you their them this that these those not be been by from "
    "which who whom what when where will would should must may can cannot could there here it its they than then other "
    "one ones only also more most each every any all some for to at an in if as do does did done but or so no yes none true false",
    "fr": "le la les l de des du d un une et est sont était ont avec sans votre vos vous leur leurs ce cette ces ne pas être été "
    "par pour qui que quoi quand où sera doit peut dans sur il elle ils elles au aux plus aussi chaque tous toutes "
    "aucun aucune mais ou oui non à en y se sa son ses nous je mon ma mes",
}
SHARED = {
    "on",
    "a",
    "an",
    "son",
    "pour",
    "or",
    "as",
    "ont",
    "en",
    "in",
    "me",
    "at",
    "but",
    "sur",
    "est",
    "par",
}
"""Words of one language that are spelt like a word of the other."""
PROFILES = {"en": {"eleve", "eleves", "responsable", "personnel_"}, "fr": {"pupil", "guardian", "staff"}}


def texts_of(html: str, language: str) -> list[str]:
    """The visible texts and spoken attributes of a page in `language`, in order; without what is marked: another language, code, not to be translated."""
    texts: list[str] = []

    def take(text: str | None) -> None:
        if text and text.strip():
            texts.append(" ".join(text.split()))

    def read(element: HtmlElement) -> None:
        if (
            element.tag in SILENT
            or element.get("translate") == "no"
            or element.get("lang", language) != language
        ):
            return
        texts.extend(value for name in READ_ALOUD if (value := element.get(name)))
        take(element.text)
        for child in element:
            read(child)
            take(child.tail)

    read(root_of(html))
    return texts


def words(text: str) -> list[str]:
    """The words of `text` in lower case; what has a digit in it (a key's number, a code) is no word."""
    text = re.sub(r"\b(?=\w*\d)\w+", " ", text)
    return re.findall(r"[^\W\d_]+", text.lower().replace("’", " ").replace("'", " "))


def _dictionaries() -> dict[str, frozenset[str]]:
    with (ROOT / "idp/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="en") if message.id]
    used: dict[str, set[str]] = {"fr": set(), "en": set()}
    for message in messages:
        for language, text in (("fr", message.id), ("en", message.string)):
            whole = text if isinstance(text, str) else " ".join(text)
            used[language] |= set(words(re.sub(r"%\(\w+\)\w", " ", whole)))
    french, english = used["fr"], used["en"]
    # Accents make a word French; what both catalogues use belongs to neither.
    own = {"fr": french - english, "en": english - french}
    return {
        language: frozenset(
            word for word in own[language] | (set(FREQUENT[language].split()) - SHARED) if len(word) > 1
        )
        for language in own
    }


DICTIONARIES = _dictionaries()
"""Language → words that only it has: the catalogue's own, and its most frequent ones."""

CODES = {
    "a name of a member or field": re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b[A-Z]{2,}(?:_[A-Z]+)+\b"),
    "a machine's word": re.compile(r"(?<![\w@./-])[a-z_]{2,}\.[a-z_]{2,}(?![\w@/-])"),
    "a moment in epoch seconds": re.compile(r"(?<![\d+])1\d{9}(?!\d)"),
    "a reference": re.compile(
        r"\b(?:account|client|person|job|import|key|school|post|message|approval|delegation|initial_token):\w"
    ),
    "a value of Python or JSON": re.compile(r"^(?:None|True|False)$|\b(?:null|undefined)\b|[{}\[\]]|%\("),
}
DATA = re.compile(r"\b[a-z]\.[a-z-]+[0-9a-f]*\b|\S+@\S+|https?://\S+|\b[\w-]+\.(?:example|test|invalid)\b\S*")
"""Usernames and addresses are what a person typed or has to copy."""


FOREIGN = {
    language: DICTIONARIES[second] | PROFILES[language] for language, second in (("fr", "en"), ("en", "fr"))
}
"""Language → words that do not belong on a page in it."""


def faults(html: str, language: str, known: frozenset[str]) -> list[tuple[str, str, str]]:
    """(text, word, what it is) of everything that does not belong on a page; `known` are the data of the test's world."""
    return [fault for text in texts_of(html, language) for fault in _faults_of(text, language, known)]


@lru_cache(maxsize=20_000)
def _faults_of(text: str, language: str, known: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
    # Most texts of a page are those of every other: its head, its navigation, its foot.
    (second_language,) = DICTIONARIES.keys() - {language}
    remaining = _any_of(known).sub(" ", DATA.sub(" ", text))
    foreign = f"a word of the other language ({second_language})"
    return (
        *((text, word, foreign) for word in words(remaining) if word in FOREIGN[language]),
        *(
            (text, match[0], sign_name)
            for sign_name, sign in CODES.items()
            for match in sign.finditer(remaining)
        ),
    )


@lru_cache(maxsize=100)
def _any_of(known: frozenset[str]) -> re.Pattern[str]:
    """Any of the data as a word, the longest first."""
    assert known, "nothing of nothing would match between all signs"
    longest_first = sorted(known, key=lambda datum: (-len(datum), datum))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
