"""The office of a school, by the school's name, in a sentence that ends in "contactez …"."""

import pytest

from idp.people.rules.school_offices import office_of


@pytest.mark.parametrize(
    ("school", "office"),
    [
        ("Collège des Tilleuls", "le secrétariat du collège des Tilleuls"),
        ("COLLEGE Jean Moulin", "le secrétariat du COLLEGE Jean Moulin"),
        ("Lycée Émile Zola", "le secrétariat du lycée Émile Zola"),
        ("École Jules Ferry", "le secrétariat de l’école Jules Ferry"),
        ("Institution Saint-Joseph", "le secrétariat de l’institution Saint-Joseph"),
        ("Cité scolaire du Port", "le secrétariat de votre établissement (Cité scolaire du Port)"),
    ],
)
def test_in_french(school: str, office: str) -> None:
    assert office_of(school, "fr") == office


def test_in_english() -> None:
    assert office_of("Collège des Tilleuls", "en") == "the office of Collège des Tilleuls"
