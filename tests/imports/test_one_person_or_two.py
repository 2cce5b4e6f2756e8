"""Records that may be of one person: contradictions count, and the school decides unsure cases."""

from dataclasses import replace

import pytest

from idp.imports.rules.facts import Decision, Present, Verdict, record_digest
from idp.imports.rules.plan import make_plan
from idp.people.rules.families import Agreement, Identity, agreement, is_someone_else
from tests.imports.exports import english, export, link, person, pupil
from tests.imports.plans import ELSEWHERE, FAMILY, TODAY, known_guardian, known_pupil, plan

HERE_ALSO = {"source_ids": frozenset(), "children": frozenset({(100, "10", False)})}
MOTHER = Identity("Ormail", "Camille", "o@example.org", "+33639980001", "MME", frozenset({"10"}))


def decided(exported, present, **answers):
    decisions = {}
    for key, answer in answers.items():
        kind, source = key.split("_")
        decisions[kind, source] = answer
    return make_plan(exported, present, TODAY, decisions)


def doubts(made, kind):
    return [entry for entry in made.entries if entry.verdict == Verdict.AMBIGUOUS and entry.kind == kind]


@pytest.mark.parametrize(
    ("changes", "same_child", "expected"),
    [
        ({"mobile": None, "contact_mail": None}, False, Agreement.OTHER),
        ({"mobile": None, "contact_mail": None}, True, Agreement.UNSURE),
        ({"mobile": "+33639980009", "contact_mail": None}, True, Agreement.UNSURE),
        ({"civility": "M.", "mobile": None, "contact_mail": None}, True, Agreement.OTHER),
        ({"civility": None, "relations": frozenset({"20"})}, False, Agreement.UNSURE),
        ({"civility": None, "relations": frozenset()}, False, Agreement.SAME),
        ({"usage_name": "Petit"}, False, Agreement.SAME),
        ({"family_name": "Petit", "usage_name": "Ormail"}, False, Agreement.UNSURE),
        ({"family_name": "Petit"}, False, Agreement.OTHER),
        ({"first_name": "Camila"}, True, Agreement.OTHER),
    ],
)
def test_contradictions_prevent_a_match(changes, same_child, expected) -> None:
    changed = replace(MOTHER, **changes)
    assert agreement(MOTHER, changed, same_child) is agreement(changed, MOTHER, same_child) is expected


def test_two_usage_names_contradict_each_other() -> None:
    petit, martin = replace(MOTHER, usage_name="Petit"), replace(MOTHER, usage_name="Martin")
    assert agreement(petit, martin) is Agreement.UNSURE


@pytest.mark.parametrize(
    ("changes", "else_"),
    [
        ({"family_name": "Petit"}, False),
        ({"first_name": "Camila"}, False),
        ({"civility": "M."}, False),
        ({"family_name": "Petit", "usage_name": "Ormail", "first_name": "Camila"}, False),
        ({"family_name": "Petit", "first_name": "Paul"}, True),
        ({"first_name": "Paul", "civility": "M."}, True),
        ({"civility": "M.", "relations": frozenset({"20"})}, True),
        ({"family_name": "Петренко", "first_name": "Іван"}, True),
    ],
)
def test_a_reused_personne_id_of_the_other_parent_is_another_person(changes, else_) -> None:
    assert is_someone_else(MOTHER, replace(MOTHER, **changes)) is else_


def test_names_without_letters_are_matched_by_the_schools_number() -> None:
    nameless = replace(MOTHER, family_name="-", first_name=".")
    assert not is_someone_else(nameless, nameless)
    assert is_someone_else(replace(MOTHER, family_name="–", first_name="–"), MOTHER)
    child = known_pupil(ine=None, family_name="-")
    again = make_plan(export((pupil(ine=None, family_name="-"),), (), ()), Present((child,), ()), TODAY)
    assert again.pupils[0].person == 100
    plan_of_nameless = make_plan(
        export((pupil("2", ine=None, family_name="."),), (), ()), Present((child,), ()), TODAY
    )
    assert plan_of_nameless.pupils[0].person is None, "an empty name equals nothing"


def test_a_spouse_under_a_reused_personne_id_gets_a_new_account() -> None:
    paul = person(first_name="Paul", civility="M.")
    made = plan(export(persons=(paul,), links=(link(relation="20"),)))
    assert made.guardians[0].person is None
    assert made.gone_guardians == (200,)
    assert doubts(made, "guardian")[0].candidates == (200,)


@pytest.mark.parametrize(
    ("changes", "here", "taken"),
    [
        ({"birth_date": "2015-03-15"}, True, True),
        ({"first_name": "Léana"}, True, True),
        ({"first_name": "Léana", "sex": "M"}, True, False),
        ({"birth_date": "2015-03-15", "family_name": "Petit"}, True, False),
        ({}, False, True),
        ({"first_name": "LEA"}, False, True),
        ({"first_name": "Léa Marie"}, False, True),
        ({"usage_name": "Petit"}, False, True),
        ({"birth_date": "2015-03-15"}, False, False),
        ({"first_name": "Zoé"}, False, False),
        ({"family_name": "Petit"}, False, False),
    ],
)
def test_an_ine_does_not_match_contradicting_pupils(changes, here, taken) -> None:
    """Twins whose INE were confused differ by their first name alone."""
    known = known_pupil(here=here, source_id="1" if here else None)
    made = plan(export((pupil(**changes),)), Present((known,), ()))
    assert [item.person for item in made.pupils] == ([100] if taken else [])
    (*entries,) = doubts(made, "pupil")
    assert [(item.candidates, item.left_out) for item in entries] == ([] if taken else [((100,), True)])
    assert made.gone_pupils == ()


def test_pupils_of_different_sex_are_not_matched_by_names_and_birth_date() -> None:
    known = known_pupil(ine=None, source_id="8", sex="F", first_name="Camille")
    made = plan(export((pupil("9", ine=None, sex="M", first_name="Camille"),)), Present((known,), ()))
    assert made.pupils == ()
    assert doubts(made, "pupil")[0].candidates == (100,)


@pytest.mark.parametrize(
    "changes", [{"contact_mail": None}, {"contact_mail": None, "mobile": None}, {"mobile": None}]
)
@pytest.mark.parametrize("ended", [False, True])
def test_a_probable_parent_of_the_same_child_gets_no_second_account(changes, ended) -> None:
    """The child changes school; `ended`: the previous school's export no longer lists the child."""
    known = known_guardian(**HERE_ALSO)
    if ended:
        known = replace(known, children=frozenset(), past=frozenset({(100, "10")}))
    child = known_pupil(here=False, class_code=None, mef=None, source_id=None)
    made = plan(
        export(persons=(person("77", **changes),), links=(link("1", "77"),)), Present((child,), (known,))
    )
    assert made.guardians == ()
    (doubt,) = doubts(made, "guardian")
    assert (doubt.candidates, doubt.left_out, doubt.known) == ((200,), True, None)
    assert made.not_imported == (doubt,)


def test_candidates_of_a_left_out_record_stay_unchanged() -> None:
    """The school has numbered its persons anew, and the mobile is another."""
    renumbered = export(persons=(person("99", mobile=None),), links=(link("1", "99"),))
    made = plan(renumbered)
    assert (made.guardians, made.gone_guardians) == ((), ())
    assert made.retained_links == {(200, 100)}
    sure = decided(renumbered, FAMILY, guardian_99=Decision(200))
    assert [step.person for step in sure.guardians] == [200]
    new = decided(renumbered, FAMILY, guardian_99=Decision(None))
    assert [step.person for step in new.guardians] == [None]
    assert new.gone_guardians == (200,)


def test_probable_double_accounts_of_a_parent_are_listed_in_both_schools() -> None:
    here = known_guardian(200, mobile=None)
    there = known_guardian(201, **HERE_ALSO)
    both = Present(FAMILY.pupils, (here, there))
    exported = export(persons=(person(mobile=None),))
    made = plan(exported, both)
    assert made.changes_nothing
    (doubt,) = doubts(made, "guardian")
    assert (doubt.candidates, doubt.known, doubt.left_out) == ((200, 201), 200, False)
    assert not doubts(decided(exported, both, guardian_11=Decision(200)), "guardian")
    joined = decided(exported, both, guardian_11=Decision(201))
    assert (joined.guardians[0].person, joined.gone_guardians) == (201, (200,))


def test_parents_with_the_same_name_and_child_are_not_listed_as_double_accounts() -> None:
    here = known_guardian(200, civility="MME")
    there = known_guardian(201, **(HERE_ALSO | {"civility": "M.", "children": frozenset({(100, "20", False)})}),
                           mobile=None, contact_mail=None)  # fmt: skip
    assert plan(export(), Present(FAMILY.pupils, (here, there))).entries == ()


def test_two_personne_ids_decided_as_one_guardian_stay_one() -> None:
    """The office has merged them; both records stay in the school's base."""
    zoe = pupil("2", first_name="Zoé")
    zoe_known = known_pupil(101, ine=zoe.ine, first_name="Zoé", source_id="2")
    merged = known_guardian(
        source_ids=frozenset({"11", "12"}), children=frozenset({(100, "10", True), (101, "10", True)})
    )
    exported = export(
        (pupil(), zoe), (person("11"), person("12", city="AILLEURS")), (link(), link("2", "12"))
    )
    made = plan(exported, Present((*FAMILY.pupils, zoe_known), (merged,)))
    assert [step.person for step in made.guardians] == [200, 200]
    assert made.entries == ()


def test_a_decision_does_not_apply_to_another_person_with_the_same_identifier() -> None:
    """ELEVE_ID and PERSONNE_ID are given again."""
    claire, paul = person("77"), person("77", first_name="Paul", civility="M.")
    present = Present(FAMILY.pupils, (known_guardian(200),))
    answer = Decision(200, record=record_digest(claire))
    decisions = {"guardian_77": answer}
    assert (
        decided(export(persons=(claire,), links=(link("1", "77"),)), present, **decisions).guardians[0].person
        == 200
    )
    made = decided(export(persons=(paul,), links=(link("1", "77", "20"),)), present, **decisions)
    assert made.guardians[0].person is None


HOMONYMS = export((pupil("1"), pupil("9", ine=None)), links=(link(), link("9")))


def test_a_homonym_is_decided_as_new_as_known_or_left_out() -> None:
    unsettled = plan(HOMONYMS)
    (doubt,) = doubts(unsettled, "pupil")
    assert (doubt.source_id, doubt.candidates, doubt.left_out) == ("9", (100,), True)
    assert unsettled.not_imported == (doubt,)
    new = decided(HOMONYMS, FAMILY, pupil_9=Decision(None))
    assert [step.person for step in new.pupils] == [100, None]
    same = decided(HOMONYMS, FAMILY, pupil_9=Decision(100))
    assert [(step.record.source_id, step.person) for step in same.pupils] == [("1", 100), ("9", 100)]
    assert (doubts(same, "pupil"), same.gone_pupils) == ([], ())
    left_out = decided(HOMONYMS, FAMILY, pupil_9=Decision(None, left_out=True))
    assert [step.person for step in left_out.pupils] == [100]
    assert [(step.verdict, step.source_id) for step in left_out.not_imported] == [(Verdict.NOTED, "9")]
    assert left_out.not_imported[0].candidates == (100,), "the office may change its mind"


def test_a_homonym_with_an_ine_does_not_take_the_pupil_of_another_record() -> None:
    known = known_pupil(ine=None, source_id="8")
    exported = export((pupil("8", ine=None), pupil("9")), links=())
    made = plan(exported, Present((known,), ()))
    assert {step.record.source_id: step.person for step in made.pupils} == {"8": 100, "9": None}
    assert doubts(made, "pupil")[0].candidates == (100,)


def test_case_and_accents_are_no_change_and_the_stored_spelling_stays() -> None:
    loud = {
        "first_name": "CLAIRE", "family_name": "durand", "civility": "Mme", "city": "Valmoret",
        "address": "2 RUE DES TILLEULS", "contact_mail": "Claire@Famille.example",
    }  # fmt: skip
    assert plan(export((pupil(first_name="LEA", family_name="DURAND"),), (person(**loud),))).changes_nothing
    moved = plan(
        export((pupil(first_name="LEA", class_code="6 B"),), (person(**loud, phone="+33353010001"),))
    )
    assert (moved.pupils[0].record.first_name, english(moved.pupils[0].changes)) == (
        "Léa",
        ("class_code: 6 A → 6 B",),
    )
    record = moved.guardians[0].record
    assert (record.first_name, record.city, record.contact_mail) == (
        "Claire",
        "VALMORET",
        "claire@famille.example",
    )
    mended = plan(
        export(persons=(person(family_name="D’Arvigny"),)),
        Present(FAMILY.pupils, (known_guardian(family_name="DArvigny"),)),
    )
    assert english(mended.guardians[0].changes) == ("family_name: DArvigny → D’Arvigny",)


def test_values_absent_in_one_school_do_not_delete_those_of_another() -> None:
    shared = replace(FAMILY.guardians[0], children=frozenset({(100, "10", True), (555, "10", False)}))
    poorer = export(persons=(person(contact_mail=None),))
    assert plan(poorer, Present(FAMILY.pupils, (shared,))).changes_nothing
    assert english(plan(poorer).guardians[0].changes) == ("contact_mail: claire@famille.example → –",)


def test_guardians_of_two_schools_are_matched_in_every_script() -> None:
    contacts = {"first_name": "Іван", "family_name": "Петренко"}
    present = Present((), (known_guardian(**ELSEWHERE, **contacts),))
    same = plan(export(persons=(person(first_name="ІВАН", family_name="ПЕТРЕНКО"),)), present)
    assert same.guardians[0].person == 200
    plan_in_cyrillic = plan(export(persons=(person(first_name="Ольга", family_name="Коваль"),)), present)
    assert (plan_in_cyrillic.guardians[0].person, doubts(plan_in_cyrillic, "guardian")) == (None, [])
