"""French first, then English: complete, chosen by the person, the relying party or the browser."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask

from tests.oidc.flow import RelyingParty
from tests.pages import forms_with
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
ENGLISH = ROOT / "idp/translations/en/LC_MESSAGES"


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file, locale="en")


def said(found: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in found if message.id}


def test_every_sentence_has_its_english(tmp_path: Path) -> None:
    pot = tmp_path / "all.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "N_",
        "-o",
        str(pot),
        ".",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    english = catalogue(ENGLISH / "messages.po")
    assert set(said(catalogue(pot))) == set(said(english)), "run scripts/translate.sh"
    for message in english:
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy
            assert not list(message.check()), "the placeholders differ"
    assert said(catalogue(ENGLISH / "messages.mo")) == said(english), "run scripts/translate.sh"


@pytest.fixture
def portal(world: World) -> RelyingParty:
    return RelyingParty(
        world.app, world.relying_party(accepted_profiles=["responsable"]), world.app.test_client()
    )


def sign_in_page(portal: RelyingParty, **changes: str) -> str:
    response = portal.browser.get(
        "/authorize", query_string=portal.parameters(**changes), follow_redirects=True
    )
    return response.text


def test_french_is_first(portal: RelyingParty) -> None:
    page = sign_in_page(portal)
    assert '<html lang="fr">' in page
    assert "Se connecter" in page


def test_an_english_browser_reads_english(portal: RelyingParty) -> None:
    portal.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-GB,en;q=0.9"
    page = sign_in_page(portal)
    assert '<html lang="en">' in page
    assert "Password lost" in page
    assert "This page has waited" not in page


@pytest.mark.parametrize(("asked", "shown"), [("se en-GB fr", "en"), ("se", "fr")])
def test_the_relying_party_may_ask_for_a_language(portal: RelyingParty, asked: str, shown: str) -> None:
    assert f'<html lang="{shown}">' in sign_in_page(portal, ui_locales=asked)


def test_a_refusal_is_translated_with_its_facts(portal: RelyingParty) -> None:
    portal.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = portal.browser.get("/mail/unknown").text
    assert "This link has been used" in page


def test_the_choice_of_a_person_is_kept(app: Flask) -> None:
    browser = app.test_client()
    _, fields = forms_with(browser.get("/help").text, {"language"})[0]
    response = browser.post("/language", data={**fields, "language": "en"})
    assert response.headers["Location"] == "/help"
    assert '<html lang="en">' in browser.get("/help").text


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "", "\\/evil.example"],
)
def test_the_way_back_never_leads_out(portal: RelyingParty, back: str) -> None:
    _, fields = forms_with(portal.browser.get("/help").text, {"language"})[0]
    response = portal.browser.post("/language", data={**fields, "language": "en", "back": back})
    assert response.headers["Location"] == "/"
