"""Sentences of imports: each code has its French and its English, and stored codes are translated when they are shown."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from idp.console.import_words import import_sentence
from idp.console.rules.import_sentences import CODES, RECORD_FIELDS, sentence_of
from idp.imports.rules.facts import GUARDIAN_FIELDS, PLACE_FIELDS, PUPIL_FIELDS
from idp.imports.rules.faults import FaultCode
from idp.imports.rules.reasons import ReasonCode
from idp.web.languages import in_language

ROOT = Path("idp/imports")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def produced() -> set[tuple[str, str]]:
    """(enumeration, member) wherever code of the imports names one."""
    return {
        (node.value.id, node.attr)
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def test_every_code_is_produced_somewhere() -> None:
    declared = {(type(code).__name__, code.name) for code in CODES.values()}
    assert declared <= produced() and len(declared) == len(FaultCode) + len(ReasonCode) > 70


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_french_and_an_english_sentence_of_the_same_facts(code: str) -> None:
    french, english = CODES[code].french, CODES[code].english
    assert french and english
    assert set(PLACEHOLDER.findall(french)) <= set(PLACEHOLDER.findall(english))
    facts = dict.fromkeys(PLACEHOLDER.findall(english), "x")
    assert "%" not in french % facts + CODES[code].in_english(facts)


def test_every_attribute_that_may_change_has_a_name() -> None:
    assert {*PUPIL_FIELDS, *PLACE_FIELDS, *GUARDIAN_FIELDS} <= RECORD_FIELDS.keys()


@pytest.mark.parametrize(
    ("stored", "french", "english"),
    [
        (
            {
                "code": "field_changed",
                "facts": {"field": "class_code", "before": "6 A", "after": "6 B %s"},
            },
            "classe : 6 A → 6 B %s",
            "class: 6 A → 6 B %s",
        ),
        (
            {"code": "field_differs", "facts": {"field": "first_name"}},
            "ce qui diffère : prénom",
            "what differs: first name",
        ),
        (
            {"code": "phone_unreadable", "facts": {"field": "TEL_PORTABLE"}},
            "numéro illisible, laissé de côté (TEL_PORTABLE)",
            "number that cannot be read, left out (TEL_PORTABLE)",
        ),
        ({"code": "empty_file", "facts": {}}, "Ce fichier est vide.", "This file is empty."),
        # Rows of imports that were checked before codes were stored.
        ("not known yet", "not known yet", "not known yet"),
        ({"sentence": "It is too short."}, "It is too short.", "It is too short."),
        ({"code": "of_another_version", "facts": {"a": "b"}}, "of_another_version", "of_another_version"),
    ],
)
def test_a_stored_sentence_is_shown_in_the_readers_language(
    app: Flask, stored: dict | str, french: str, english: str
) -> None:
    for language, sentence in (("fr", french), ("en", english)):
        with app.test_request_context(), in_language(language):
            # A French sentence comes with no-break spaces.
            assert import_sentence(stored).replace("\N{NO-BREAK SPACE}", " ") == sentence


def test_a_sentence_does_not_change_the_stored_facts() -> None:
    stored = {"code": "field_differs", "facts": {"field": "sex"}}
    _, facts = sentence_of(stored)
    facts["field"] = "sexe"
    assert stored["facts"] == {"field": "sex"}
