"""Facts about a person → attributes: each set for each kind of person, nothing empty, names that a registration chooses."""

import re
from dataclasses import replace
from datetime import date

import pytest

from idp.services.rules.attribute_sets import SETS, chosen
from idp.services.rules.attributes import FACTS, Login, attributes_of, kinds_of, needs_places
from idp.services.rules.kinds_in_words import SENTENCES
from idp.services.rules.person_facts import Child, PersonFacts, Post, SchoolFacts, Schooling

TILLEULS = SchoolFacts("0990001N", "Collège des Tilleuls", "2d")
ORMES = SchoolFacts("0990002P", "Collège des Ormes", "2d")
LOGIN = Login(
    lambda subject: f"pairwise-{subject}",
    lambda ine: f"hash-{ine}",
    date(2026, 11, 30),
    1_795_000_000,
    "school.example",
    "https://idp.example/logout",
)

PUPIL = PersonFacts(
    kind="pupil",
    username="l.durand",
    subject="s1",
    first_name="Léa",
    family_name="Durand",
    birth_date="2014-03-09",
    ine="123456789AB",
    postal_code="35000",
    schoolings=(Schooling(TILLEULS, "6 A", "10010012110"),),
)
GUARDIAN = PersonFacts(
    kind="guardian",
    username="c.durand2",
    subject="s2",
    first_name="Claire",
    family_name="Durand",
    mail="claire@example.org",
    mail_verified=True,
    postal_code="35000",
    children=(
        Child("Léa", "Durand", "10", 1, "s1", Schooling(TILLEULS, "6 A", None)),
        Child("Tom", "Martin", "10", 1, None, Schooling(ORMES, "4 B", None)),
    ),
)
HEAD = PersonFacts(
    kind="staff",
    username="p.martin",
    subject="s3",
    first_name="Paul",
    family_name="Martin",
    posts=(Post("head", TILLEULS), Post("teacher", ORMES)),
)


def of(person: PersonFacts, set_name: str, **own: str) -> dict[str, tuple[str, ...]]:
    return attributes_of(person, chosen(set_name, own), LOGIN)


def test_pronote_reads_a_pupil() -> None:
    assert of(PUPIL, "pronote") == {
        "user": ("l.durand",),
        "login": ("l.durand",),
        "nom": ("Durand",),
        "prenom": ("Léa",),
        "categories": ("National_ELV",),
        "dateNaissance": ("09/03/2014",),
        "codePostal": ("35000",),
        "eleveClasses": ("6 A",),
    }


def test_pronote_reads_a_guardian_without_a_birth_date_or_a_class() -> None:
    assert of(GUARDIAN, "pronote") == {
        "user": ("c.durand2",),
        "login": ("c.durand2",),
        "nom": ("Durand",),
        "prenom": ("Claire",),
        "categories": ("National_TUT",),
        "codePostal": ("35000",),
    }


def test_pronotes_categories_are_one_text_and_the_sdets_profiles_several_values() -> None:
    assert of(HEAD, "pronote")["categories"] == ("National_DIR;National_ENS",)
    assert of(HEAD, "sdet")["ENTPersonProfils"] == ("National_DIR", "National_ENS")


def test_the_sdet_names_schools_classes_and_children() -> None:
    pupil, guardian = of(PUPIL, "sdet"), of(GUARDIAN, "sdet")
    assert pupil["ENTEleveClasses"] == ("0990001N$6 A",) and "ENTAuxPersRelEleveEleve" not in pupil
    assert guardian["ENTAuxPersRelEleveEleve"] == ("pairwise-s1",)
    assert guardian["ENTPersonStructRattachRNE"] == ("0990001N", "0990002P")


EDUCONNECT = "urn:oid:1.3.6.1.4.1.20326.10.999.1."


def test_educonnect_sends_what_its_services_read() -> None:
    pupil, guardian, head = of(PUPIL, "educonnect"), of(GUARDIAN, "educonnect"), of(HEAD, "educonnect")
    assert {name.removeprefix(EDUCONNECT) for name in pupil if name.startswith(EDUCONNECT)} == {
        "5", "6", "7", "57", "64", "67", "72", "73",
    }  # fmt: skip
    assert pupil[f"{EDUCONNECT}5"] == ("https://idp.example/logout",)
    assert pupil[f"{EDUCONNECT}7"] == ("eleve2d",) and guardian[f"{EDUCONNECT}7"] == ("resp2d",)
    assert re.fullmatch(r"[0-9a-f]{96}", pupil[f"{EDUCONNECT}57"][0])
    assert pupil[f"{EDUCONNECT}57"] != guardian[f"{EDUCONNECT}57"]
    assert pupil[f"{EDUCONNECT}67"] == ("2014-03-09",) and pupil[f"{EDUCONNECT}72"] == ("0990001N",)
    assert (pupil["urn:oid:2.5.4.4"], pupil["urn:oid:2.5.4.42"]) == (("Durand",), ("Léa",))
    # What a guardian or a member of staff does not have is absent.
    assert not {f"{EDUCONNECT}64", f"{EDUCONNECT}67", f"{EDUCONNECT}72"} & set(guardian)
    assert not {f"{EDUCONNECT}7", f"{EDUCONNECT}72"} & set(head)


def test_federations_get_scoped_names() -> None:
    person = "urn:oid:1.3.6.1.4.1.5923.1.1.1."
    pupil, guardian, head = of(PUPIL, "eduperson"), of(GUARDIAN, "eduperson"), of(HEAD, "eduperson")
    assert pupil[f"{person}1"] == ("member", "student") and guardian[f"{person}1"] == ("affiliate",)
    assert head[f"{person}1"] == ("faculty", "member")
    assert pupil[f"{person}9"] == ("member@school.example", "student@school.example")
    assert pupil[f"{person}6"] == ("l.durand@school.example",)
    assert pupil["urn:oid:1.3.6.1.4.1.25178.1.2.9"] == ("school.example",)
    [pairwise] = pupil["urn:oasis:names:tc:SAML:attribute:pairwise-id"]
    # Subject Identifier Attributes 1.0 §3.4.1: letters, digits, = and - before the scope.
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9=-]{0,126}@[A-Za-z0-9][A-Za-z0-9.-]{0,126}", pairwise)


def test_the_plain_set_releases_a_pairwise_name_alone() -> None:
    assert of(PUPIL, "plain") == {} and SETS["plain"].principal == "subject"


def test_a_registration_names_any_fact_and_leaves_names_of_its_set_out() -> None:
    assert of(PUPIL, "plain", birth="birth_date", niveau="level") == {
        "birth": ("2014-03-09",),
        "niveau": ("10010012110",),
    }
    names = chosen("pronote", {"nom": "display_name"}, ("dateNaissance", "codePostal"))
    assert names["nom"] == "display_name" and not {"dateNaissance", "codePostal"} & set(names)


def test_an_unconfirmed_mail_address_or_mobile_is_not_released() -> None:
    unproved = replace(GUARDIAN, mail_verified=False, mobile="+33639980001")
    assert of(unproved, "plain", mail="mail", mobile="mobile") == {}
    assert of(replace(unproved, mobile_verified=True), "plain", mobile="mobile") == {
        "mobile": ("+33639980001",)
    }


@pytest.mark.parametrize("name", SETS)
def test_no_set_has_the_national_number_of_a_pupil(name: str) -> None:
    assert "ine" not in chosen(name, {}).values()
    # EduConnect sends a hash, another for each service.
    assert name == "educonnect" or not {"ine_hash", "ine_hash_short"} & set(chosen(name, {}).values())


@pytest.mark.parametrize("person", [PUPIL, GUARDIAN, HEAD], ids=lambda person: person.kind)
def test_no_value_is_empty_whatever_a_person_lacks(person: PersonFacts) -> None:
    bare = PersonFacts(person.kind, "u", "s", "A", "B")
    for somebody in (person, bare):
        released = attributes_of(somebody, {name: name for name in FACTS}, LOGIN)
        assert released and all(values and all(values) for values in released.values())
        assert all(len(set(values)) == len(values) for values in released.values())


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_is_a_kind_of_information_that_people_consent_to(fact: str) -> None:
    for kind in FACTS[fact].holders:
        assert kinds_of([fact], kind) and set(kinds_of([fact], kind)) <= set(SENTENCES)


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_that_says_it_needs_no_places_is_the_same_without_them(fact: str) -> None:
    for person in (PUPIL, GUARDIAN, HEAD):
        placeless = replace(person, schoolings=(), children=(), posts=(), numbers=())
        if not needs_places([fact]):
            assert attributes_of(person, {"x": fact}, LOGIN) == attributes_of(placeless, {"x": fact}, LOGIN)


@pytest.mark.parametrize("person", [PUPIL, GUARDIAN, HEAD], ids=lambda person: person.kind)
def test_what_a_kind_of_person_cannot_have_is_neither_named_nor_sent(person: PersonFacts) -> None:
    """A birth date in the row of a guardian would be released without having been named."""
    everything = replace(
        person,
        birth_date="1980-01-01",
        ine="123456789AB",
        schoolings=PUPIL.schoolings,
        children=GUARDIAN.children,
        posts=HEAD.posts,
        numbers=("4711",),
    )
    sent = attributes_of(everything, {fact: fact for fact in FACTS}, replace(LOGIN, academy="AC-ORBE"))
    assert set(sent) <= {fact for fact in FACTS if person.kind in FACTS[fact].holders}
    named = kinds_of(FACTS, person.kind)
    assert ("birth_date" in named) == (person.kind == "pupil")
    assert ("ect.scope.children" in named) == (person.kind == "guardian")
    assert ("ect.scope.staff" in named) == (person.kind == "staff")


def test_a_guardian_has_one_fredu_vector_for_each_child_and_a_pupil_one_for_each_school() -> None:
    (lea, tom) = GUARDIAN.children
    numbered = replace(
        GUARDIAN,
        children=(
            replace(lea, schooling=replace(lea.schooling, number="101")),
            replace(tom, schooling=replace(tom.schooling, school=replace(ORMES, degree="1d"), number="202")),
        ),
    )
    assert of(numbered, "fredu")["FrEduVecteur"] == (
        "2|Durand|Claire|101|0990001N",
        "1|Durand|Claire|202|0990002P",
    )
    pupil = replace(PUPIL, schoolings=(replace(PUPIL.schoolings[0], number="101"),))
    assert of(pupil, "fredu")["FrEduVecteur"] == ("4|Durand|Léa|101|0990001N",)
    assert of(GUARDIAN, "fredu") == {} and of(HEAD, "fredu") == {}


def test_the_join_key_has_the_academy_and_the_number_of_the_newest_school() -> None:
    pupil = replace(PUPIL, numbers=("101", "7"))
    orbe = replace(LOGIN, academy="AC-ORBE")
    names = {"ENTPersonJointure": "jointure"}
    assert attributes_of(pupil, names, orbe) == {"ENTPersonJointure": ("AC-ORBE$101",)}
    assert attributes_of(pupil, names, LOGIN) == {} and attributes_of(PUPIL, names, orbe) == {}


@pytest.mark.parametrize(
    ("role", "school", "profile"),
    [
        ("head", TILLEULS, "National_DIR"),
        ("teacher", TILLEULS, "National_ENS"),
        ("delegate", TILLEULS, "National_EVS"),
        ("librarian", TILLEULS, "National_DOC"),
        ("local_authority", TILLEULS, "National_COL"),
        ("secretary", TILLEULS, "National_ETA"),
        ("academy_support", None, "National_ACA"),
        ("inspector", None, "National_ACA"),
    ],
)
def test_each_role_has_its_profile_of_the_sdet(role: str, school: SchoolFacts | None, profile: str) -> None:
    person = PersonFacts("staff", "u", "s", "A", "B", posts=(Post(role, school),))
    assert of(person, "sdet")["ENTPersonProfils"] == (profile,)
