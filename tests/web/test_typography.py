"""No-break spaces of French sentences, on pages and in mails; plain spaces in English, and in SMS."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from idp.web.typography import NO_BREAK_SPACE, with_no_break_spaces
from tests.pages import visible_text
from tests.words.reading import ROOT

PLAIN = re.compile(r" [:;?!»]|« ")


def sentences() -> list[str]:
    with (Path(ROOT) / "idp/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        ids_of_messages = [message.id for message in read_po(file, locale="en") if message.id]
    return [text for ids in ids_of_messages for text in ((ids,) if isinstance(ids, str) else ids)]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Qui êtes-vous ?", "Qui êtes-vous\u00a0?"),
        ("Choisissez « Mot de passe perdu » : il", "Choisissez «\u00a0Mot de passe perdu\u00a0»\u00a0: il"),
        ("Fini ; à demain !", "Fini\u00a0; à demain\u00a0!"),
        ("à 10:30", "à 10:30"),
        ("https://a.example/?b", "https://a.example/?b"),
    ],
)
def test_signs_have_no_break_spaces(written: str, shown: str) -> None:
    assert with_no_break_spaces(written) == shown
    assert with_no_break_spaces(shown) == shown


def test_every_sentence_of_the_product_is_covered() -> None:
    texts = sentences()
    assert sum(bool(PLAIN.search(text)) for text in texts) > 100
    assert not [text for text in texts if PLAIN.search(with_no_break_spaces(text))]


@pytest.mark.parametrize("path", ["/", "/help", "/legal", "/accessibility", "/start/responsable"])
def test_only_french_pages_have_no_break_spaces(app: Flask, path: str) -> None:
    texts = {}
    for language in ("fr", "en"):
        browser = app.test_client()
        response = browser.get(path, headers={"Accept-Language": language}, follow_redirects=True)
        assert response.status_code == 200
        texts[language] = visible_text(response.text)
    assert NO_BREAK_SPACE in texts["fr"] and NO_BREAK_SPACE not in texts["en"]
    assert not [line for line in texts["fr"].splitlines() if PLAIN.search(line.strip())]
