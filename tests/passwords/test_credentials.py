import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.passwords.policy import common_passwords
from idp.passwords.rules.passwords import (
    LONGEST_PASSWORD,
    UNMISTAKABLE,
    PasswordContext,
    PasswordPolicy,
    check_password,
    classes,
    provisional_password,
)
from idp.people.rules.names import same_name
from idp.people.rules.usernames import allot_usernames, normalise_username, username_stem

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
        ("Іван", "Петренко", "i.petrenko"),
        ("Ольга", "Коваль", "o.koval"),
        ("Юрій", "Щербак", "i.shcherbak"),
        ("Γιώργος", "Παπαδόπουλος", "g.papadopoylos"),
        ("გიორგი", "ბერიძე", "g.beridze"),
        ("Արամ", "Խաչատրյան", "a.khachatryan"),
        ("محمد", "الحسن", "m.alhsn"),
        ("דוד", "כהן", "d.khn"),
        ("민준", "김", "m.gim"),
        ("さくら", "たなか", "s.tanaka"),
        ("Ħali", "Ŧest", "h.test"),
    ],
)
def test_a_username_stem_is_the_initial_and_the_plain_surname(first, family, stem) -> None:
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
        "e.lefe-vre2",
        "e.lefe\u2011vre2",
        "e\u00a0.\u202flefevre\u00a02",
        "e.lefevre\u0662",
    ],
)
def test_a_typed_username_is_normalised(typed) -> None:
    assert normalise_username(typed) == "e.lefevre2"


def test_homonyms_are_numbered_from_two() -> None:
    usernames, last = allot_usernames(["e.durand"] * 3 + ["p.nom"], {}, ())
    assert usernames == ["e.durand", "e.durand2", "e.durand3", "p.nom"]
    assert last == {"e.durand": 3, "p.nom": 1}


def test_a_homonym_number_is_never_reused() -> None:
    assert allot_usernames(["e.durand"], {"e.durand": 7}, ()) == (
        ["e.durand8"],
        {"e.durand": 8},
    )


def test_an_uncounted_username_is_skipped_in_a_batch() -> None:
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
def test_usernames_are_unique_over_many_batches_and_read_as_they_are_written(batches, taken) -> None:
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


def test_provisional_passwords_can_be_read_aloud_and_have_three_classes() -> None:
    chance = random.Random(1)
    for _ in range(300):
        password = provisional_password(12, chance.choice)
        assert len(password) == 12
        assert classes(password) == 3
        assert not set(password) & set("0OoIl1")
        assert set(password) <= set(UNMISTAKABLE)


def broken(password, policy=ADULT, context=CLAIRE):
    checked = check_password(password, policy, context, common_passwords())
    return [code for code, is_met in checked if not is_met]


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
def test_length_and_classes_depend_on_the_policy(password, policy, rules) -> None:
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
def test_a_password_may_not_contain_personal_words(password) -> None:
    assert broken(password) == ["personal"]


def test_short_names_count_only_where_they_stand_alone() -> None:
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
def test_a_password_may_not_contain_the_birth_date(writing) -> None:
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
def test_common_passwords_are_known_under_their_disguises(password) -> None:
    assert "common" in broken(password, PUPIL)


def test_common_words_inside_a_longer_phrase_are_no_fault() -> None:
    assert broken("Soleil-Cactus-Valise") == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Hélène", "HELENE", True),
        ("D’Arvigny", "darvigny", True),
        ("Lecœuvre", "Lecoeuvre", True),
        ("Петренко", "ПЕТРЕНКО", True),
        ("Петренко", "Коваль", False),
        ("Андрій", "Андріи", False),
        ("Ｄｕｒａｎｄ", "Durand", True),
        ("", "", False),
        ("-", "’", False),
        (None, None, False),
    ],
)
def test_names_are_compared_in_any_script_and_an_empty_one_equals_nothing(
    first: str | None, second: str | None, same: bool
) -> None:
    assert same_name(first, second) is same


def test_a_username_is_typed_on_any_keyboard() -> None:
    assert username_stem("Іван", "Петренко").isascii()
    assert username_stem("Hélène", "Петренко-Durand") == "h.petrenkodurand"
