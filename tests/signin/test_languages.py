"""French first, then English: complete, chosen by the person, the relying party or the browser."""

import re
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.database.engine import transaction
from idp.messages import mail
from idp.messages.storage import outbox
from tests.actors.due_messages import due
from tests.actors.relying_party import RelyingParty
from tests.actors.world import PASSWORD, World
from tests.conftest import Clock
from tests.databases import lent
from tests.pages import fields_of, forms_with

ROOT = Path(__file__).parent.parent.parent
ENGLISH = ROOT / "idp/translations/en/LC_MESSAGES"
IN_DEVELOPMENT = ("page.html", "mails.html")
"""Pages of idp/templates/design, which no family sees."""
TEMPLATES = [
    path
    for path in sorted((ROOT / "idp/templates").rglob("*.*"))
    if path.suffix != ".css" and (path.parent.name != "design" or path.name not in IN_DEVELOPMENT)
]


@pytest.fixture
def database_url() -> Iterator[str]:
    """One engine will do: no page asks the database for its language."""
    with lent("sqlite") as url:
        yield url


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file, locale="en")


def sentences_of(catalog: Catalog) -> dict[str, str]:
    return {_whole(message.id): _whole(message.string) for message in catalog if message.id}


def _whole(text: str | tuple[str, ...] | list[str]) -> str:
    """A sentence, or its forms for one and for several."""
    return text if isinstance(text, str) else " / ".join(text)


def placeholders(sentence: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)\w|%(?!\()", sentence))


@pytest.fixture(scope="module")
def english() -> Catalog:
    return catalogue(ENGLISH / "messages.po")


class TestCatalogue:
    def test_every_french_sentence_has_its_english(self, english: Catalog, tmp_path: Path) -> None:
        pot = tmp_path / "all.pot"
        pybabel = [sys.executable, "-m", "babel.messages.frontend", "-q"]
        extract = ["extract", "-F", "babel.cfg", "-k", "N_", "-o", str(pot), "idp"]
        subprocess.run([*pybabel, *extract], cwd=ROOT, check=True, capture_output=True)
        assert set(sentences_of(catalogue(pot))) == set(sentences_of(english)), "run scripts/translate.sh"
        assert [message.id for message in english if message.id and not message.string] == []
        assert [message.id for message in english if message.fuzzy] == []

    def test_a_sentence_and_its_english_hold_the_same_facts(self, english: Catalog) -> None:
        for french, translated in sentences_of(english).items():
            assert placeholders(french) == placeholders(translated), french

    def test_english_uses_typographic_signs(self, english: Catalog) -> None:
        for translated in sentences_of(english).values():
            assert not re.search(r"""['"«»]| [:;?!]|  """, translated), translated

    def test_the_compiled_catalogue_matches_its_source(self, english: Catalog) -> None:
        assert sentences_of(catalogue(ENGLISH / "messages.mo")) == sentences_of(english), (
            "run scripts/translate.sh"
        )

    @pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
    def test_no_sentence_of_a_template_escapes_translation(self, template: Path) -> None:
        shown = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template.read_text(encoding="utf-8"), flags=re.S
        )
        if template.suffix == ".html":
            read_aloud = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', shown)
            shown = " ".join([re.sub(r"<[^>]*>", "", shown), *read_aloud])
        assert re.findall(r"[^\W\d_]+", shown.removeprefix("Subject:")) == []


@pytest.fixture
def world(app: Flask, clock: Clock) -> World:
    """Holds no application context: all requests made within one would share the language of the first."""
    return World(app, clock)


@pytest.fixture
def portal(world: World) -> RelyingParty:
    with world.app.app_context():
        registered = world.relying_party(accepted_profiles=["responsable"])
    return RelyingParty(world.app, registered, world.app.test_client())


def prefer(browser: FlaskClient, languages: str) -> None:
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = languages


def choose(browser: FlaskClient, language: str, **changes: str) -> TestResponse:
    """Press the button of the other language on the help page."""
    action, fields = forms_with(browser.get("/help").text, {"language"})[0]
    return browser.post(action, data={**fields, "language": language, **changes})


def sign_in_page(portal: RelyingParty, **changes: str) -> str:
    query = portal.parameters(**changes)
    return portal.browser.get("/authorize", query_string=query, follow_redirects=True).text


class TestNumbers:
    @pytest.mark.parametrize(
        ("language", "number", "shown"),
        [
            ("fr", 0, "0 compte est concerné."),
            ("fr", 1, "1 compte est concerné."),
            ("fr", 2, "2 comptes sont concernés."),
            ("en", 0, "0 accounts are concerned."),
            ("en", 1, "1 account is concerned."),
            ("en", 2, "2 accounts are concerned."),
        ],
    )
    def test_a_number_has_the_form_of_its_language(
        self, app: Flask, language: str, number: int, shown: str
    ) -> None:
        text = '{{ ngettext("%(num)s compte est concerné.", "%(num)s comptes sont concernés.", number) }}'
        with app.test_request_context(headers={"Accept-Language": language}):
            assert render_template_string(text, number=number) == shown

    @pytest.mark.parametrize(
        ("seconds", "french", "english"),
        [
            (600, "10 minutes", "10 minutes"),
            (3600, "1 heure", "1 hour"),
            (86400, "24 heures", "24 hours"),
            (60, "1 minute", "1 minute"),
        ],
    )
    def test_a_duration_is_never_shown_as_zero(
        self, app: Flask, seconds: int, french: str, english: str
    ) -> None:
        for language, shown in (("fr", french), ("en", english)):
            with app.test_request_context(headers={"Accept-Language": language}):
                assert (
                    render_template_string("{{ seconds | lasting }}", seconds=seconds).split()
                    == shown.split()
                )

    def test_no_sentence_counts_without_its_two_forms(self, english: Catalog) -> None:
        """A noun in the plural after a number is wrong for one, and in French for none."""
        counted = re.compile(
            r"%\((number|count|days|hours|minutes|tokens)\)s (?!min\b|Mo\b|est |et |sur |de )[^\W\d]\w+s\b"
        )
        texts = [message.id for message in english if isinstance(message.id, str)]
        limits = "lignes|caractères|colonnes|fichiers"  # Always several: the limits of a file, and three files or more.
        assert [text for text in texts if counted.search(text) and not re.search(limits, text)] == []


class TestWhichLanguage:
    @pytest.mark.parametrize(
        ("liked", "shown"),
        [
            ("", "fr"),
            ("de", "fr"),
            ("en-GB,en;q=0.9", "en"),
            ("de,en;q=0.5", "en"),
            ("fr-CA,en;q=0.9", "fr"),
            ("en;q=0,de", "fr"),
        ],
    )
    def test_the_browsers_language_is_used(self, portal: RelyingParty, liked: str, shown: str) -> None:
        prefer(portal.browser, liked)
        page = sign_in_page(portal)
        assert f'<html lang="{shown}">' in page
        assert ("Mot de passe perdu" in page, "Lost password" in page) == (shown == "fr", shown == "en")

    @pytest.mark.parametrize(
        ("asked", "shown"), [("en", "en"), ("se en-GB fr", "en"), ("fr en", "fr"), ("se", "fr")]
    )
    def test_ui_locales_is_used(self, portal: RelyingParty, asked: str, shown: str) -> None:
        assert f'<html lang="{shown}">' in sign_in_page(portal, ui_locales=asked)

    def test_ui_locales_precedes_the_browsers_language(self, portal: RelyingParty) -> None:
        prefer(portal.browser, "fr")
        assert '<html lang="en">' in sign_in_page(portal, ui_locales="en")

    def test_the_chosen_language_precedes_all_others(self, portal: RelyingParty) -> None:
        prefer(portal.browser, "fr")
        assert choose(portal.browser, "en").headers["Location"] == "/help"
        assert '<html lang="en">' in portal.browser.get("/help").text
        assert '<html lang="en">' in sign_in_page(portal, ui_locales="fr")
        choose(portal.browser, "fr")
        assert '<html lang="fr">' in sign_in_page(portal, ui_locales="en")

    def test_a_language_that_is_not_offered_changes_nothing(self, portal: RelyingParty) -> None:
        choose(portal.browser, "en")
        choose(portal.browser, "tlh")
        assert '<html lang="en">' in portal.browser.get("/help").text

    def test_another_site_cannot_choose(self, portal: RelyingParty) -> None:
        portal.browser.post("/language", data={"language": "en", "back": "/help"})
        assert '<html lang="fr">' in portal.browser.get("/help").text


class TestEnglish:
    @pytest.mark.parametrize(
        ("address", "code", "sentence"),
        [
            ("/nowhere", "G01", "This page does not exist."),
            ("/mail/unknown", "A05", "This link has been used or is no longer valid."),
            ("/authorize?client_id=nobody", "P01", "The service that sent you here is not registered."),
        ],
    )
    def test_an_error_page(self, portal: RelyingParty, address: str, code: str, sentence: str) -> None:
        prefer(portal.browser, "en")
        page = portal.browser.get(address, headers={"Accept": "text/html"}).text
        assert '<html lang="en">' in page and code in page
        assert sentence in page and "Code to give if you ask for help:" in page

    def test_a_refusal_with_its_facts_in_place(self, portal: RelyingParty, world: World) -> None:
        with world.app.app_context():
            closed = world.guardian(state="closed")
        prefer(portal.browser, "en")
        page = enter(portal, closed.username, closed.password).text
        assert "This account is no longer open. Please contact the school’s office." in page

    def test_the_mail_of_a_first_login(self, portal: RelyingParty, world: World) -> None:
        with world.app.app_context():
            guardian = world.guardian(state="confirming", identity_proved_at=None)
            world.family(guardian, world.pupil(birth_date="2014-05-06"))
        prefer(portal.browser, "en")
        identity = enter(portal, guardian.username, PASSWORD)
        assert "The birth date of one of your children" in identity.text
        answers = {"mail": "claire@example.org", "day": "6", "month": "5", "year": "2014"}
        portal.browser.post(identity.request.path, data={**fields_of(identity.text, "mail"), **answers})
        message = waiting_mail(world)
        assert message["Content-Language"] == "en"
        assert message["Subject"] == "Confirm your email address"
        for kind, language in (("plain", ""), ("html", '<html lang="en" dir="ltr">')):
            part = message.get_body((kind,))
            assert part is not None
            text = part.get_content()
            assert "Hello Claire," in text and language in text
            assert "Or type this code on the page that is waiting for you:" in text


def waiting_mail(world: World) -> EmailMessage:
    """The one mail of the outbox, as it would leave."""
    now = world.clock()
    with world.app.app_context(), transaction() as tx:
        [waiting] = due(now)
        claimed = outbox.claim(tx, waiting, now)
        assert claimed is not None
        return mail.compose(claimed, now)


def enter(portal: RelyingParty, username: str, password: str) -> TestResponse:
    """The page that follows the sign-in page, once it is filled and sent."""
    query = portal.parameters()
    asked = portal.browser.get("/authorize", query_string=query, follow_redirects=True)
    filled = {**fields_of(asked.text, "username"), "username": username, "password": password}
    return portal.browser.post(asked.request.path, data=filled, follow_redirects=True)


class TestReturnPath:
    def test_returns_to_a_page_of_this_provider(self, portal: RelyingParty) -> None:
        assert choose(portal.browser, "en", back="/legal").headers["Location"] == "/legal"

    @pytest.mark.parametrize(
        "back",
        [
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/\n/evil.example",
            "/\r\nLocation: https://evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "evil.example",
            "",
        ],
    )
    def test_never_returns_to_another_host(self, portal: RelyingParty, back: str) -> None:
        assert choose(portal.browser, "en", back=back).headers["Location"] == "/"

    @pytest.mark.parametrize(
        "back", ["/%09/evil.example", "/%2f/evil.example", "/%5Cevil.example", "/@evil.example", "/.//evil"]
    )
    def test_stays_on_this_host_when_the_address_is_coded(self, portal: RelyingParty, back: str) -> None:
        location = choose(portal.browser, "en", back=back).headers["Location"]
        assert urlsplit(urljoin("https://idp.example/language", location)).netloc == "idp.example"
        assert not location.startswith(("//", "/\\", "/\t"))
