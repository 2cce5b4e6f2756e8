"""Names are compared in any script; an empty name equals no name."""

import random
import unicodedata

import pytest

from idp.people.rules.names import contradicts, first_names_contradict, plain, same_name, same_words


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Jean Pascalin", "jean PASCALIN", True),
        ("Lefèvre", "LEFEVRE", True),
        ("Œuvrard", "oeuvrard", True),
        ("Петренко", "ПЕТРЕНКО", True),
        ("Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ", True),
        ("ｄｕｒａｎｄ", "Durand", True),
        ("Петренко", "Коваль", False),
        ("Андрей", "Андреи", False),
        ("रुबी", "रबी", False),
        ("王", "李", False),
        ("Ħali", "Ali", False),
        ("", "", False),
        ("-", "’", False),
        (None, None, False),
        ("\u0301", "\u0301", False),
    ],
)
def test_names_are_compared(first, second, same) -> None:
    assert same_name(first, second) is same_name(second, first) is same
    assert contradicts(first, second) is (bool(plain(first)) and bool(plain(second)) and not same)


def test_a_name_is_the_same_however_it_is_composed() -> None:
    chance = random.Random(7)
    letters = "aéÀçœŁñıжйіїґΣάωبيلشकि김かが王-' 2"
    for _ in range(2000):
        name = "".join(chance.choice(letters) for _ in range(chance.randint(1, 8)))
        for form in ("NFC", "NFD", "NFKC"):
            assert plain(unicodedata.normalize(form, name)) == plain(name)
        assert plain(plain(name)) == plain(name)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Jean-Marc", "JEAN MARC", True),
        ("D’Arvigny", "d'arvigny", True),
        ("DArvigny", "D’Arvigny", False),
        ("Lecuvre", "Lecœuvre", False),
        ("2 RUE DES TILLEULS", "2 rue des Tilleuls", True),
        ("", "", False),
    ],
)
def test_case_and_accents_do_not_change_words(first, second, same) -> None:
    assert same_words(first, second) is same


@pytest.mark.parametrize(
    ("first", "second", "contradict"),
    [
        ("Anne", "Anne Marie", False),
        ("Anne", "Marie Anne", True),
        ("Léa", "lea", False),
        ("Léa", None, False),
    ],
)
def test_further_first_names_contradict_nothing(first, second, contradict) -> None:
    assert first_names_contradict(first, second) is first_names_contradict(second, first) is contradict


def test_the_short_way_for_ascii_is_the_long_one() -> None:
    signs = [chr(code) for code in range(128)]
    for text in ["", *signs, *(first + second for first in signs for second in signs)]:
        # The apostrophe is dropped, and is not ASCII.
        assert plain(text) == plain(f"{text}’"), repr(text)
