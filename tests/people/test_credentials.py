import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.people.password_policy import common_passwords
from idp.people.rules.credentials import (
    LONGEST_PASSWORD,
    UNMISTAKABLE,
    PasswordContext,
    PasswordPolicy,
    allot_usernames,
    check_password,
    classes,
    normalise_username,
    provisional_password,
    username_stem,
)

ADULT, PUPIL = PasswordPolicy(12, 16), PasswordPolicy(10, None)
CLAIRE = PasswordContext("c.durand3", ("Claire", "Durand", "6 A", "Collège des Tilleuls"), "2015-03-14")


@pytest.mark.parametrize(
    ("first", "family", "stem"),
    [
        ("Paul", "Nom", "p.nom"),
        ("Élodie", "Lefèvre", "e.lefevre"),
        ("Jean-Baptiste", "Le Goff", "j.legoff"),
        ("Anne", "N'Guessan", "a.nguessan"),
        ("Œdipe", "Œuvrard", "o.oeuvrard"),
        ("Hans", "Strauß", "h.strauss"),
        ("Łukasz", "Đorđević", "l.dordevic"),
        ("Ysé", "Dupont-Aubert", "y.dupontaubert"),
        ("Eva", "Durand2", "e.durand"),
        ("李", "王", "x.x"),
    ],
)
def test_a_username_stem_is_the_initial_and_the_plain_surname(first, family, stem):
    assert username_stem(first, family) == stem
    assert username_stem(unicodedata.normalize("NFD", first), unicodedata.normalize("NFD", family)) == stem


@pytest.mark.parametrize(
    "typed",
    [
        "e.lefevre2",
        "E.LEFEVRE2",
        "  e.lefevre2\n",
        "e . lefevre 2",
        "É.Lefèvre2",
        unicodedata.normalize("NFD", "é.lefèvre2"),
        "ｅ．ｌｅｆｅｖｒｅ２",
        "e.lefevre2\u200b",
        "e.lefe\u00advre2",
    ],
)
def test_a_username_is_understood_however_it_is_typed(typed):
    assert normalise_username(typed) == "e.lefevre2"


def test_homonyms_are_numbered_from_two():
    usernames, last = allot_usernames(["e.durand"] * 3 + ["p.nom"], {}, ())
    assert usernames == ["e.durand", "e.durand2", "e.durand3", "p.nom"]
    assert last == {"e.durand": 3, "p.nom": 1}


def test_a_number_that_was_given_never_comes_back():
    assert allot_usernames(["e.durand"], {"e.durand": 7}, ()) == (
        ["e.durand8"],
        {"e.durand": 8},
    )


def test_a_username_that_was_not_counted_is_passed_over():
    assert allot_usernames(["e.durand"], {}, {"e.durand", "e.durand2"}) == (
        ["e.durand3"],
        {"e.durand": 3},
    )


NAMES = st.text(alphabet="abéÉ -'2œ1", min_size=1, max_size=4)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(st.tuples(NAMES, NAMES), max_size=12), max_size=6),
    st.sets(st.sampled_from(["a.b", "a.b2", "e.a", "b.oe3", "x.x"])),
)
def test_usernames_are_unique_over_many_batches_and_read_as_they_are_written(batches, taken):
    given_numbers: dict[str, int] = {}
    ever = set(taken)
    for batch in batches:
        stems = [username_stem(first, family) for first, family in batch]
        usernames, last = allot_usernames(stems, given_numbers, taken)
        given_numbers |= last
        assert len(set(usernames)) == len(usernames)
        assert ever.isdisjoint(usernames)
        assert [normalise_username(name.upper()) for name in usernames] == usernames
        ever.update(usernames)


def test_provisional_passwords_can_be_read_aloud_and_have_three_classes():
    chance = random.Random(1)
    for _ in range(300):
        password = provisional_password(12, chance.choice)
        assert len(password) == 12
        assert classes(password) == 3
        assert not set(password) & set("0OoIl1")
        assert set(password) <= set(UNMISTAKABLE)


def broken(password, policy=ADULT, context=CLAIRE):
    checked = check_password(password, policy, context, common_passwords())
    return [code for code, kept in checked if not kept]


@pytest.mark.parametrize(
    ("password", "policy", "rules"),
    [
        ("Cerises-Rouges-1789", ADULT, []),
        ("trois petits chats noirs", ADULT, []),
        ("trois petits chats noirs", PUPIL, ["classes"]),
        ("Cerises-17", PUPIL, []),
        ("Cerises-17", ADULT, ["length"]),
        ("cerisesrouges", ADULT, ["classes"]),
        ("Ce-17", PUPIL, ["length"]),
        ("", ADULT, ["length", "classes", "common"]),
        ("x" * 4 + "Abc-1" + "é" * LONGEST_PASSWORD, ADULT, ["length"]),
        ("Ты-помнишь-вечер-7", ADULT, []),
    ],
)
def test_length_and_classes_depend_on_who_chooses(password, policy, rules):
    assert broken(password, policy) == rules


@pytest.mark.parametrize(
    "password",
    [
        "Vive-c.durand3-76",
        "Vive-DURAND-7642x",
        "vive-dûrànd-7642X",
        "Vive-la-claire-76",
        "Le-beau-tilleuls7",
        "Le-Collège-Bleu76",
        "En-6A-on-joue-76!",
    ],
)
def test_a_password_may_not_hold_what_the_school_knows(password):
    assert broken(password) == ["personal"]


def test_short_names_count_only_where_they_stand_alone():
    roy = PasswordContext("a.roy", ("Ana", "Roy"), None)
    assert broken("Troyes-Bananes-76", context=roy) == []
    assert broken("Le-Roy-Soleil-176", context=roy) == ["personal"]


@pytest.mark.parametrize(
    "writing",
    [
        "14032015",
        "14/03/2015",
        "140315",
        "14.03.15",
        "2015-03-14",
        "150314",
        "1432015",
        "14mars",
        "14 Mars",
    ],
)
def test_a_password_may_not_hold_the_birth_date_in_any_writing(writing):
    assert "birth_date" in broken(f"Cerise-{writing}-Xy")


@pytest.mark.parametrize(
    "password",
    [
        "MotDePasse2026",
        "M0td3P@sse2026!",
        "Azertyuiop1234",
        "Azertyuiop-123!",
        "Aaaaaaaaaaaa1!",
        "Abc1!Abc1!Abc1!",
        "Qwertyuiop2026!",
        "Abcdefghijkl12!",
        "Doudou-2026",
        "PASSWORD-2026",
    ],
)
def test_common_passwords_are_known_under_their_disguises(password):
    assert "common" in broken(password, PUPIL)


def test_common_words_inside_a_longer_phrase_are_no_fault():
    assert broken("Soleil-Cactus-Valise") == []
