"""The languages of families: complete, with the same facts, in their own plural forms, compiled."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from idp.languages import LANGUAGES
from tests.databases import lent

ROOT = Path(__file__).parents[2]
FAMILY = [code for code, language in LANGUAGES.items() if not language.is_whole]
EASY = "falc"
SCRIPTS = {"ar": "\u0600-\u06ff", "uk": "\u0400-\u04ff"}


@pytest.fixture
def database_url() -> Iterator[str]:
    """One engine will do: no page asks the database for its language."""
    with lent("sqlite") as url:
        yield url


def catalogue(code: str, suffix: str) -> Catalog:
    with (ROOT / f"idp/translations/{code}/LC_MESSAGES/messages.{suffix}").open("rb") as file:
        return read_mo(file) if suffix == "mo" else read_po(file, locale=LANGUAGES[code].tag)


def entries(code: str) -> list[Message]:
    return [message for message in catalogue(code, "po") if message.id]


def texts(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def facts(sentence: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)\w", sentence))


def test_the_catalogues_hold_what_families_see_today(tmp_path: Path) -> None:
    pot = tmp_path / "family.pot"
    extract = ["extract", "-F", "scripts/family.cfg", "-k", "N_", "-o", str(pot), "idp"]
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "-q", *extract],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with pot.open("rb") as file:
        sentences = {str(message.id) for message in read_po(file) if message.id}
    assert len(sentences) > 400
    for code in FAMILY:
        known = {str(message.id) for message in entries(code)}
        assert known <= sentences, f"{code}: run scripts/translate.sh"
        assert code == EASY or known == sentences, f"{code}: run scripts/translate.sh"


@pytest.mark.parametrize("code", FAMILY)
class TestCatalogue:
    def test_every_sentence_is_translated(self, code: str) -> None:
        assert [message.id for message in entries(code) if not all(texts(message.string))] == []

    def test_a_translation_holds_the_facts_of_its_sentence(self, code: str) -> None:
        for message in entries(code):
            asked = set().union(*map(facts, texts(message.id)))
            for form in texts(message.string):
                # A form for one or two may say the number as a word.
                assert facts(form) <= asked, message.id
                assert asked - facts(form) <= (
                    {"%(num)s", "%(num)d", "%(count)s"} if len(texts(message.string)) > 1 else set()
                ), message.id

    def test_there_is_a_form_for_each_kind_of_number(self, code: str) -> None:
        forms = len(Locale.parse(LANGUAGES[code].tag).plural_form.tags) + 1
        for message in entries(code):
            if not isinstance(message.id, str):
                assert len(texts(message.string)) == catalogue(code, "po").num_plurals
                assert code == EASY or len(texts(message.string)) >= min(forms, 3) - 1

    def test_no_sentence_is_left_in_french(self, code: str) -> None:
        if code not in SCRIPTS:
            return
        for message in entries(code):
            for french, translated in zip(texts(message.id), texts(message.string), strict=False):
                if re.search(r"[a-zà-ÿ]{4,} [a-zà-ÿ]{2,}", french):
                    assert re.search(f"[{SCRIPTS[code]}]", translated), french

    def test_markup_is_the_same(self, code: str) -> None:
        for message in entries(code):
            tags = re.findall(r"</?\w+", "".join(texts(message.id)[:1]))
            for form in texts(message.string):
                assert re.findall(r"</?\w+", form) == tags, message.id

    def test_the_compiled_catalogue_is_of_today(self, code: str) -> None:
        compiled = {
            tuple(texts(message.id)): texts(message.string) for message in catalogue(code, "mo") if message.id
        }
        assert compiled == {tuple(texts(message.id)): texts(message.string) for message in entries(code)}


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("code", [code for code in FAMILY if code != EASY])
def test_a_browser_gets_its_language(browser: FlaskClient, code: str) -> None:
    page = browser.get("/help", headers={"Accept-Language": f"{code},fr;q=0.5"}).text
    direction = ' dir="rtl"' if code == "ar" else ""
    assert f'<html lang="{code}"{direction}>' in page
    aid = next(message.string for message in entries(code) if message.id == "Aide")
    assert str(aid) in page


def test_easy_french_is_french_by_its_tag(browser: FlaskClient) -> None:
    browser.get("/help")
    with browser.session_transaction() as session:
        session["language"] = EASY
    page = browser.get("/help").text
    assert '<html lang="fr">' in page


def test_the_console_is_written_in_its_two_languages(app: Flask, browser: FlaskClient) -> None:
    answer = browser.get("/console/", headers={"Accept-Language": "ar"}, follow_redirects=False)
    assert 'lang="ar"' not in answer.text
