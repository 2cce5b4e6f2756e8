"""The services in French and English: catalogue, choice of the language, and what the provider learns of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from babel.messages import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from clients.configuration import Configuration
from clients.pronote_cas.app import create_app
from tests.actors.person import Person
from tests.clients.conftest import MOTHER, PUPIL, LogIn, Service, Start
from tests.clients.outside import OutsideProvider
from tests.words.reading import ROOT

ENGLISH = Path(ROOT) / "clients/translations/en/LC_MESSAGES"
TEMPLATES = sorted(path for path in (Path(ROOT) / "clients").rglob("*.html"))
NAMES = {"Pronote", "CAS", "Esidoc", "user", "pronote", "cas"}
"""Names, which have no translation."""


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file, locale="en")


def sentences_of(catalog: Catalog) -> dict[str, str]:
    def whole(text: str | tuple[str, ...] | list[str]) -> str:
        return text if isinstance(text, str) else " / ".join(text)

    return {whole(message.id): whole(message.string) for message in catalog if message.id}


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    return sentences_of(catalogue(ENGLISH / "messages.po"))


class TestCatalogue:
    def test_every_french_sentence_has_its_english(self, english: dict[str, str], tmp_path: Path) -> None:
        pot = tmp_path / "all.pot"
        pybabel = [sys.executable, "-m", "babel.messages.frontend", "-q"]
        extract = ["extract", "-F", "babel.cfg", "-k", "N_", "-o", str(pot), "clients"]
        subprocess.run([*pybabel, *extract], cwd=ROOT, check=True, capture_output=True)
        assert set(sentences_of(catalogue(pot))) == set(english), "run scripts/translate.sh"
        assert [french for french, translated in english.items() if not translated.strip(" /")] == []

    def test_a_sentence_and_its_english_hold_the_same_facts(self, english: dict[str, str]) -> None:
        for french, translated in english.items():
            facts = [sorted(re.findall(r"%\(\w+\)\w|%(?!\()", text)) for text in (french, translated)]
            assert facts[0] == facts[1], french

    def test_english_uses_typographic_signs(self, english: dict[str, str]) -> None:
        for translated in english.values():
            assert not re.search(r"""['"«»]| [:;?!]|  """, translated), translated

    def test_the_compiled_catalogue_matches_its_source(self, english: dict[str, str]) -> None:
        assert sentences_of(catalogue(ENGLISH / "messages.mo")) == english, "run scripts/translate.sh"

    @pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
    def test_no_sentence_of_a_template_escapes_translation(self, template: Path) -> None:
        text = template.read_text(encoding="utf-8")
        shown = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
        read_aloud = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', shown)
        words = " ".join([re.sub(r"<[^>]*>|\s[\w-]+=\"[^\"]*\"|/device", "", shown), *read_aloud])
        assert set(re.findall(r"[^\W\d_]+", words)) <= NAMES


def page(service: Service, language: str = "", cookies: dict[str, str] | None = None) -> str:
    headers = {"Accept-Language": language} if language else {}
    answer = requests.get(service.address, headers=headers, cookies=cookies, timeout=10)
    assert answer.headers["Content-Language"] == re.findall(r'<html lang="(..)"', answer.text)[0]
    return answer.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("fr-CA,en;q=0.9", "fr"),
        ("de,en;q=0.5", "en"),
        ("de", "fr"),
        ("*", "fr"),
        ("x" * 500, "fr"),
    ],
)
def test_the_browsers_language_is_the_pages(accepted: str, language: str, pronote: Service) -> None:
    assert f'<html lang="{language}"' in page(pronote, accepted)


@pytest.mark.parametrize("name", ["icart", "pronote", "teleservices"])
def test_a_choice_is_kept_in_the_browser_through_login_and_logout(
    name: str, start: Start, logs_in: LogIn, provider: OutsideProvider
) -> None:
    service, someone = start(name), Person()
    someone.opens(service.address).sees("Se connecter avec EduConnect").follows("English")
    assert someone.address == f"{service.address}/"
    someone.sees("Sign in with EduConnect", 'lang="en"')
    provider.person = MOTHER
    someone.opens(f"{service.address}/login")
    assert provider.asked[-1]["ui_locales"] == "en"
    if name == "icart":
        someone.sees("Terms of use").fills(accept="1").opens(service.address)
    someone.sees("Sign out").fills().sees("You are signed out").follows("Français").sees('lang="fr"')
    assert "fermés aussi" not in someone.html, "the page of a logout is shown once"


def test_the_choice_keeps_the_rest_of_the_address(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, MOTHER).opens(f"{icart.address}/apps?q=cdi&look=list").follows("English")
    assert someone.address == f"{icart.address}/apps?q=cdi&look=list"
    someone.sees("My Applications").opens(f"{icart.address}/apps?q=library").sees("Esidoc")


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "\\\\evil.example", "/a\r\nX-A:b", "/é", ""]
)
def test_the_choice_never_leads_to_another_host(path: str, pronote: Service) -> None:
    """The path as the server hands it over: clients and servers of tests would tidy it."""
    path_info = {"PATH_INFO": path.encode().decode("latin-1")}
    answer = pronote.app.test_client().get("/?language=en", environ_overrides=path_info)
    assert answer.status_code == 303
    assert re.fullmatch(r"/(?![/\\])[!-~]*", answer.headers["Location"]), answer.headers["Location"]
    assert "X-A" not in answer.headers


@pytest.mark.parametrize("language", ["de", "", "xx", "../en", "en" * 100])
def test_an_unknown_language_changes_nothing(language: str, pronote: Service) -> None:
    answer = requests.get(f"{pronote.address}/", params={"language": language}, timeout=10)
    assert answer.history == [] and '<html lang="fr"' in answer.text
    assert '<html lang="fr"' in page(pronote, cookies={"pronote_language": language})


def test_the_accounts_language_outweighs_the_browsers_and_a_choice_outweighs_both(
    pronote: Service, logs_in: LogIn
) -> None:
    someone = logs_in(pronote, {**MOTHER, "locale": "en-GB"})
    someone.http.headers["Accept-Language"] = "fr"
    someone.opens(pronote.address).sees("Timetable — Zoé").follows("Français").sees("Emploi du temps — Zoé")


@pytest.mark.parametrize("locale", ["de", "", 5, ["en"], {"en": 1}, None], ids=repr)
def test_a_strange_locale_of_an_account_is_no_language(
    locale: object, pronote: Service, logs_in: LogIn
) -> None:
    logs_in(pronote, {**MOTHER, "locale": locale}).sees("Emploi du temps — Zoé")


def test_the_portal_hands_its_language_to_the_services(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, MOTHER).opens(f"{icart.address}/apps").follows("English")
    someone.sees(
        "http://localhost:1/login?language=en", "http://localhost:1/login?next=/absences&language=en"
    )
    someone.opens(f"{icart.address}/services").sees("http://localhost:2/login?language=en")


def test_numbers_days_and_facts_are_written_as_in_the_language(pronote: Service, logs_in: LogIn) -> None:
    someone = logs_in(pronote, PUPIL).opens(f"{pronote.address}/marks")
    assert re.search(r"<strong>\d+,\d</strong> / 20", someone.html)
    someone.follows("English").sees("Mean of the year", "By subject")
    assert re.search(r"<strong>\d+\.\d</strong> / 20", someone.html)


def test_the_service_by_cas_speaks_both_languages(tmp_path: Path) -> None:
    app = create_app(Configuration("http://localhost:1", "http://localhost:2", "", tmp_path / "cas.sqlite3"))
    browser = app.test_client()
    assert "comme les vrais Pronote" in browser.get("/").text
    assert browser.get("/?language=en").headers["Location"] == "/"
    assert "as real ones have it" in browser.get("/").text
