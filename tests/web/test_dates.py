"""The first day of a month in French: an ordinal on pages, in mails and in letters; in English a plain number."""

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from pypdf import PdfReader

from idp.letters.faces import Paper
from idp.letters.issue import Letter
from idp.letters.pdf import letters_pdf
from idp.messages import mail
from idp.messages.storage.outbox import Claimed
from idp.people.offices import SchoolOffice
from idp.web.languages import day, in_language, moment

FIRST = int(datetime(2026, 12, 1, 9, 5, tzinfo=ZoneInfo("Europe/Paris")).timestamp())
DAY = 86_400


@pytest.mark.parametrize(
    ("language", "at", "shown"),
    [
        ("fr", FIRST, "1er décembre 2026 à 9\u00a0h\u00a005"),
        ("fr", FIRST + DAY, "2 décembre 2026 à 9\u00a0h\u00a005"),
        ("fr", FIRST + 10 * DAY, "11 décembre 2026 à 9\u00a0h\u00a005"),
        ("fr", FIRST - 10 * 3600, "30 novembre 2026 à 23\u00a0h\u00a005"),
        ("en", FIRST, "1 December 2026 at 09:05"),
    ],
)
def test_a_moment_in_words(app: Flask, language: str, at: int, shown: str) -> None:
    with app.app_context(), in_language(language):
        assert moment(at) == shown
        assert day(date(2026, 12, 1)) == {"fr": "1er décembre 2026", "en": "1 December 2026"}[language]


def test_a_mail_has_the_ordinal_in_text_and_html(app: Flask) -> None:
    texts = {name: "Votre mot de passe a été changé." for name in ("subject", "sentence", "to_do")}
    facts = {**texts, "name": "Léa", "facts": {}, "at": FIRST, "link": None}
    payload = {"to": "a@example.org", "template": "notice", "language": "fr", "facts": facts}
    with app.app_context():
        message = mail.compose(Claimed(1, "mail", payload, FIRST, 1), FIRST)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    assert len(parts) == 2 and all("1er décembre 2026 à 9\u00a0h\u00a005" in part for part in parts)


def test_a_letter_has_the_ordinal_in_its_last_day(app: Flask) -> None:
    with app.test_request_context():
        letters = [Letter(1, "pupil", "Léa", "Durand", "l.durand", "ABCD")]
        paper = letters_pdf(letters, SchoolOffice("École"), FIRST + DAY, Paper("fr"))
    assert "jusqu’au 1er décembre 2026" in " ".join(
        PdfReader(io.BytesIO(paper)).pages[0].extract_text().split()
    )


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("falc", "1er décembre 2026 à 9 h 05"),
        ("ar", "1 ديسمبر 2026, 09:05"),
        ("pt", "1 de dezembro de 2026, 09:05"),
        ("tr", "1 Aralık 2026, 09:05"),
        ("uk", "1 грудня 2026 р., 09:05"),
    ],
)
def test_a_moment_in_the_languages_of_families(app: Flask, language: str, shown: str) -> None:
    with app.app_context(), in_language(language):
        assert moment(FIRST).replace("\u00a0", " ").replace("\u202f", " ") == shown
