"""No template of the console writes a moment, a day or a number of the base as it is stored."""

import re

import pytest

from tests.words.reading import ROOT

TEMPLATES = sorted((ROOT / "idp/templates/console").glob("*.html"))
MOMENTS = re.compile(r"(?:_at|_date|_until|\buntil|\bsince|\bexpires|\.day)\b")
WRITTEN = re.compile(
    r"\|\s*(?:moment|day|written_day|elapsed|ago|iso_moment|lasting)\b|\bwhen\(|\bvalues\.|\b(?:typed|text_field|url_for|state_fields|hours_sentence|_)\("
)
PARTIES = re.compile(r"\b(?:actor|subject|asked_by|decided_by|given_by)\b")


def written(text: str) -> list[str]:
    """The expressions that a template writes."""
    return re.findall(r"\{\{-?\s*(.*?)\s*-?\}\}", text, re.DOTALL)


def raw_moments(text: str) -> list[str]:
    return [
        expression
        for expression in written(text)
        if MOMENTS.search(expression) and not WRITTEN.search(expression)
    ]


def raw_parties(text: str) -> list[str]:
    return [
        expression
        for expression in written(text)
        if PARTIES.search(expression)
        and "party(" not in expression
        and not re.search(r"url_for|with_values|values|who\(|cause\.", expression)
    ]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_moments_days_and_parties_are_in_words(template) -> None:
    text = template.read_text(encoding="utf-8")
    assert raw_moments(text) == [] and raw_parties(text) == []


def test_a_raw_value_would_be_seen() -> None:
    assert (
        raw_moments("{{ row.asked_at }}")
        and raw_moments("{{ shown.birth_date }}")
        and not raw_moments("{{ row.asked_at | moment }}")
    )
    assert raw_parties("{{ row.asked_by }}") and not raw_parties("{{ row.asked_by | party(names) }}")
