"""Names that are spelt almost alike."""

import random
import string

import pytest

from idp.people.rules.near_names import admitted, mistakes, pieces, searched_pieces


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        ("durand", "durand", 0),
        ("dura", "durand", 0),
        ("durnad", "durand", 1),
        ("durant", "durand", 1),
        ("dupont", "dupond", 1),
        ("lefebre", "lefebvre", 1),
        ("delafontene", "delafontaine", 2),
        ("fontaine", "delafontaine", 1),
        ("lea", "leo", 1),
        ("le", "la", None),
        ("matrin", "martin", 1),
        ("martin", "mercier", None),
        ("петренко", "петренко", 0),
        ("петенко", "петренко", 1),
        ("durandmartin", "durand", None),
        ("x", "x", 0),
    ],
)
def test_mistakes_between_a_typed_word_and_a_name(typed: str, name: str, expected: int | None) -> None:
    assert mistakes(typed, name) == expected


@pytest.mark.parametrize("seed", range(40))
def test_every_single_mistake_in_a_word_of_three_letters_or_more_is_admitted_and_found(seed: int) -> None:
    chance = random.Random(seed)
    name = "".join(chance.sample(string.ascii_lowercase, k=chance.randint(3, 14)))
    at = chance.randrange(len(name) - 1)
    letter = chance.choice(string.ascii_lowercase)
    for typed in (
        name[:at] + name[at + 1 :] if len(name) > 3 else name,
        name[:at] + letter + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    ):
        wrong = mistakes(typed, name)
        assert wrong is not None and wrong <= 1, (typed, name)
        assert searched_pieces(typed) & pieces(name), (typed, name)


def test_short_words_must_be_right() -> None:
    assert [admitted("x" * letters) for letters in (1, 2, 3, 5, 6, 8, 9, 20)] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_pieces_mark_the_beginning_and_the_end() -> None:
    assert (
        pieces("lea") == {"^le", "lea", "ea$", "l*a"} and pieces("o") == {"^o$"} and not pieces("") - {"^$"}
    )
