from dataclasses import replace

import pytest

from idp.imports.rules.facts import Present, Verdict
from idp.imports.rules.plan import refused_year
from idp.imports.rules.reasons import ReasonCode
from idp.people.rules.families import Agreement, Identity, agreement, is_of_age
from tests.imports.exports import english, export, link, person, pupil
from tests.imports.plans import ELSEWHERE, FAMILY, known_guardian, known_pupil, plan

NOBODY = Present((), ())


def entries_of(plan, kind=None):
    return [
        (str(entry.verdict), entry.kind, english(entry.reasons))
        for entry in plan.entries
        if kind in (None, entry.kind)
    ]


def test_a_first_import_adds_everybody() -> None:
    made = plan(present=NOBODY)
    assert entries_of(made) == [
        ("new", "pupil", ("not known yet",)),
        ("new", "guardian", ("not known yet",)),
    ]
    assert made.counts()["pupil"] == {
        "new": 1,
        "changed": 0,
        "gone": 0,
        "ambiguous": 0,
        "noted": 0,
        "set_aside": 0,
    }


def test_an_unchanged_export_changes_nothing() -> None:
    made = plan()
    assert made.entries == ()
    assert made.changes_nothing
    assert made.pupils[0].person == 100
    assert made.guardians[0].person == 200


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"class_code": "6 B"}, "class_code: 6 A → 6 B"),
        ({"class_code": None}, "class_code: 6 A → –"),
        ({"source_id": "77"}, None),
        ({"family_name": "Petit"}, "family_name: Durand → Petit"),
        ({"birth_date": "2015-03-15"}, "birth_date: 2015-03-14 → 2015-03-15"),
    ],
)
def test_a_pupil_is_matched_by_ine_after_other_changes(change, reason) -> None:
    record = replace(pupil(), **change)
    made = plan(export((record,), links=(link(record.source_id),)))
    assert made.pupils[0].person == 100
    assert entries_of(made, "pupil") == ([("changed", "pupil", (reason,))] if reason else [])
    assert entries_of(made, "guardian") == []


def test_a_record_with_the_ine_of_another_pupil_is_left_out() -> None:
    record = pupil(first_name="Hugo", birth_date="2013-01-01")
    made = plan(export((record,)))
    ((verdict, _, reasons),) = entries_of(made)
    assert verdict == Verdict.AMBIGUOUS
    assert "INE" in reasons[0]
    assert (made.pupils, made.guardians, made.gone_pupils, made.gone_guardians) == ((), (), (), ())
    assert made.undecided == {100}


def test_a_missing_ine_is_not_deleted() -> None:
    made = plan(export((pupil(ine=None),)))
    assert made.changes_nothing
    assert made.pupils[0].record.ine == pupil().ine


def test_a_later_ine_is_added_to_the_same_pupil() -> None:
    present = Present((known_pupil(ine=None),), FAMILY.guardians)
    made = plan(present=present)
    assert entries_of(made) == [("changed", "pupil", ("ine: – → 123456781AB",))]


def test_homonyms_without_ine_born_the_same_day_are_left_to_the_school() -> None:
    alike = (known_pupil(100, source_id="8"), known_pupil(101, ine="999999999ZZ", source_id="9"))
    made = plan(export((pupil(ine=None),)), Present(alike, ()))
    assert [entry.verdict for entry in made.entries] == [Verdict.AMBIGUOUS]
    assert made.gone_pupils == ()
    known_by_number = plan(export((pupil("9", ine=None),), links=()), Present(alike, ()))
    assert known_by_number.pupils[0].person == 101


def test_another_ine_for_the_same_names_and_birth_date_is_kept_apart() -> None:
    made = plan(export((pupil(ine="999999999ZZ"),)))
    assert [(entry.verdict, entry.kind) for entry in made.entries] == [
        (Verdict.AMBIGUOUS, "pupil"),
        (Verdict.NEW, "pupil"),
        (Verdict.GONE, "pupil"),
        (Verdict.CHANGED, "guardian"),
    ]


def test_two_records_never_become_one_pupil() -> None:
    records = (pupil("2", ine=None), pupil("1"))
    made = plan(export(records, links=(link(),)))
    assert [step.record.source_id for step in made.pupils] == ["1"]
    assert entries_of(made) == [("ambiguous", "pupil", ("another record is this pupil: left out",))]


def test_twins_are_two_pupils() -> None:
    twins = (pupil("1"), pupil("2", first_name="Zoé"))
    made = plan(export(twins, links=(link("1"), link("2"))), NOBODY)
    assert made.counts()["pupil"]["new"] == 2
    assert made.guardians[0].children == (("1", "10"), ("2", "10"))


def test_an_absent_pupil_is_gone_with_the_guardian() -> None:
    made = plan(export((), (), ()))
    assert (made.gone_pupils, made.gone_guardians) == ((100,), (200,))


@pytest.mark.parametrize(
    ("left", "gone"), [("2026-11-23", True), ("2026-11-22", True), ("2026-11-24", False)]
)
def test_a_pupil_is_gone_from_the_day_of_leaving(left, gone) -> None:
    made = plan(export((pupil(left=left),)))
    assert (made.gone_pupils, made.gone_guardians) == (((100,), (200,)) if gone else ((), ()))
    if gone:
        assert english(made.entries[0].reasons) == (f"left on {left}",)


def test_a_pupil_who_left_before_the_first_import_is_not_imported() -> None:
    assert plan(export((pupil(left="2026-09-30"),)), NOBODY).entries == ()


def test_a_pupil_of_another_school_is_enrolled() -> None:
    present = Present((known_pupil(here=False, class_code=None, mef=None),), ())
    made = plan(present=present)
    assert made.pupils[0].person == 100
    assert entries_of(made, "pupil") == [("changed", "pupil", ("comes to this school",))]


@pytest.mark.parametrize("level", [2, 3])
def test_only_legal_guardians_are_imported(level) -> None:
    made = plan(export(links=(link(level=level),)), NOBODY)
    assert made.guardians == ()
    assert entries_of(made, "guardian") == []


def test_a_guardian_without_legal_link_is_gone() -> None:
    made = plan(export(links=(link(level=2),)))
    assert made.gone_guardians == (200,)


def test_more_than_two_may_be_legal_guardians() -> None:
    persons = tuple(
        person(str(number), first_name=name) for number, name in ((11, "A"), (12, "B"), (13, "C"))
    )
    made = plan(
        export(persons=persons, links=tuple(link(person=record.source_id) for record in persons)), NOBODY
    )
    assert len(made.guardians) == 3


@pytest.mark.parametrize(
    ("change", "account"),
    [
        ({"civility": None, "first_name": None, "family_name": "ASE"}, False),
        ({"civility": None}, False),
        ({"first_name": None}, False),
        ({}, True),
    ],
)
def test_child_welfare_gets_an_account_only_as_a_human_being(change, account) -> None:
    made = plan(export(persons=(replace(person(), **change),), links=(link(relation="51"),)), NOBODY)
    assert bool(made.guardians) is account
    assert [entry.verdict for entry in made.entries if entry.kind == "guardian"] == [
        Verdict.NEW if account else Verdict.NOTED
    ]


def test_a_guardian_without_first_name_is_noted() -> None:
    made = plan(export(persons=(replace(person(), first_name=None),)), NOBODY)
    assert entries_of(made, "guardian") == [("noted", "guardian", ("no account: no first name",))]


def test_contacts_that_cannot_be_read_are_noted() -> None:
    made = plan(export(persons=(replace(person(), mobile=None, unusable=("TEL_PORTABLE",)),)), NOBODY)
    assert ("noted", "guardian", ("TEL_PORTABLE cannot be read",)) in entries_of(made)


def test_contacts_of_pupils_are_noted_too_and_landlines() -> None:
    made = plan(
        export((pupil(unusable=("TEL_PORTABLE",)),), (person(mobile=None, landline="+33123456789"),)), NOBODY
    )
    assert ("noted", "pupil", ("TEL_PORTABLE cannot be read",)) in entries_of(made)
    assert ("noted", "guardian", ("TEL_PORTABLE is a landline: left out",)) in entries_of(made)
    left = pupil(left="2020-01-01", unusable=("TEL_PORTABLE",))
    assert "noted" not in [verdict for verdict, *_ in entries_of(plan(export((left,)), NOBODY))]


def test_a_pupil_of_age_may_be_their_own_guardian() -> None:
    grown = pupil(birth_date="2008-11-23")
    made = plan(export((grown,), links=(link(relation="70"),)), NOBODY)
    assert made.pupils[0].own_guardian_by == "11"
    assert made.guardians == ()
    present = Present((known_pupil(birth_date="2008-11-23", own_guardian=True),), ())
    assert plan(export((grown,), links=(link(relation="70"),)), present).changes_nothing
    ended = plan(export((grown,), links=()), present)
    assert entries_of(ended) == [("changed", "pupil", ("no longer own guardian",))]


def test_a_minor_is_not_their_own_guardian() -> None:
    made = plan(export((pupil(birth_date="2008-11-24"),), links=(link(relation="70"),)), NOBODY)
    assert made.pupils[0].own_guardian_by is None
    assert made.entries[0].verdict is Verdict.NOTED


def test_a_child_more_or_less_is_a_change_of_the_guardian() -> None:
    second = pupil("2", first_name="Zoé")
    made = plan(export((pupil(), second), links=(link(), link("2"))))
    assert entries_of(made, "guardian") == [("changed", "guardian", ("children",))]
    two = replace(FAMILY.guardians[0], children=frozenset({(100, "10", True), (101, "10", True)}))
    zoe = known_pupil(101, ine=second.ine, first_name="Zoé", source_id="2")
    made = plan(export((pupil(), second)), Present((*FAMILY.pupils, zoe), (two,)))
    assert entries_of(made, "guardian") == [("changed", "guardian", ("children",))]


def test_links_of_another_school_are_not_ended() -> None:
    elsewhere = replace(FAMILY.guardians[0], children=frozenset({(100, "10", True), (555, "10", False)}))
    assert plan(present=Present(FAMILY.pupils, (elsewhere,))).changes_nothing


def test_a_guardian_of_a_pupil_in_doubt_keeps_the_link() -> None:
    alike = (known_pupil(100, source_id="8"), known_pupil(101, ine="999999999ZZ", source_id="9"))
    made = plan(export((pupil(ine=None),)), Present(alike, FAMILY.guardians))
    assert made.gone_guardians == ()


@pytest.mark.parametrize(
    ("change", "joined", "doubtful"),
    [
        ({}, True, False),
        ({"first_name": "CLAIRE", "family_name": "DURAND"}, True, False),
        ({"contact_mail": "Claire@Famille.example"}, True, False),
        ({"mobile": "+33639980002"}, False, True),
        ({"mobile": None}, False, True),
        ({"contact_mail": None}, False, True),
        ({"contact_mail": None, "mobile": None}, False, False),
        ({"first_name": "Clara"}, False, False),
        ({"family_name": "Durant"}, False, False),
    ],
)
def test_guardians_of_two_schools_are_matched_only_if_all_four_facts_agree(change, joined, doubtful) -> None:
    present = Present((), (known_guardian(**ELSEWHERE),))
    made = plan(export(persons=(replace(person(), **change),)), present)
    assert (made.guardians[0].person == 200) is joined
    verdicts = [entry.verdict for entry in made.entries if entry.kind == "guardian"]
    assert (Verdict.AMBIGUOUS in verdicts) is doubtful
    assert (Verdict.NEW in verdicts) is not joined


def test_values_absent_on_both_sides_do_not_agree() -> None:
    without_contact = Identity("Durand", "Claire", None, None)
    assert agreement(without_contact, without_contact) is Agreement.OTHER


def test_two_records_of_one_school_stay_two_guardians() -> None:
    persons = (person("11"), person("12"))
    made = plan(export(persons=persons, links=(link(), link(person="12"))), FAMILY)
    assert [step.person for step in made.guardians] == [200, None]
    elsewhere = Present((), (known_guardian(**ELSEWHERE),))
    made = plan(export(persons=persons, links=(link(), link(person="12"))), elsewhere)
    assert [step.person for step in made.guardians] == [200, None]


def test_several_agreeing_guardians_are_kept_apart() -> None:
    present = Present((), (known_guardian(200, **ELSEWHERE), known_guardian(201, **ELSEWHERE)))
    made = plan(present=present)
    assert made.guardians[0].person is None
    assert made.entries[1].reasons[0].code == ReasonCode.SEVERAL_GUARDIANS


def test_a_reused_personne_id_creates_a_new_person() -> None:
    stranger = person(first_name="Paul", family_name="Martin", mobile=None, contact_mail=None)
    made = plan(export(persons=(stranger,)))
    assert made.guardians[0].person is None
    assert made.gone_guardians == (200,)
    assert [entry.verdict for entry in made.entries] == [Verdict.AMBIGUOUS, Verdict.NEW, Verdict.GONE]


@pytest.mark.parametrize("change", [{"family_name": "Martin"}, {"first_name": "Clara"}])
def test_a_marriage_or_a_correction_keeps_the_account(change) -> None:
    made = plan(export(persons=(replace(person(), **change),)))
    assert made.guardians[0].person == 200


@pytest.mark.parametrize(
    ("year", "last", "today", "accepted"),
    [
        (2026, None, "2026-11-23", True),
        (2026, 2026, "2027-08-31", True),
        (2025, None, "2026-11-23", False),
        (2027, None, "2026-11-23", False),
        (2026, 2025, "2026-09-01", True),
        (2025, 2025, "2026-08-31", True),
        (2026, 2025, "2026-06-15", True),
        (2026, 2025, "2026-05-31", False),
        (2025, 2026, "2026-07-15", False),
        (2025, 2025, "2026-09-01", False),
    ],
)
def test_last_years_file_is_refused(year, last, today, accepted) -> None:
    assert (refused_year(year, last, today) is None) is accepted


@pytest.mark.parametrize(
    ("born", "today", "of_age"),
    [
        ("2008-11-23", "2026-11-23", True),
        ("2008-11-24", "2026-11-23", False),
        ("2008-02-29", "2026-02-28", False),
        ("2008-02-29", "2026-03-01", True),
    ],
)
def test_full_age_is_eighteen(born, today, of_age) -> None:
    assert is_of_age(born, today) is of_age


class TestAgreementIsNotAllThatCounts:
    """Parents share mail and mobile; some first names are a man's and a woman's; schools write names in two ways."""

    FATHER = Identity("Ormail", "Camille", "ormail@example.org", "+33612345678", "M.", frozenset({"20"}))

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, Agreement.SAME),
            ({"civility": "MME", "relations": frozenset({"10"})}, Agreement.UNSURE),
            ({"civility": "MME"}, Agreement.UNSURE),
            ({"civility": "MLLE"}, Agreement.UNSURE),
            ({"relations": frozenset({"10"})}, Agreement.UNSURE),
            ({"civility": None}, Agreement.SAME),
            ({"civility": "M"}, Agreement.SAME),
            ({"relations": frozenset({"90"})}, Agreement.SAME),
            ({"first_name": "CAMILLE", "family_name": "Órmail"}, Agreement.SAME),
            ({"first_name": "Camila"}, Agreement.OTHER),
        ],
    )
    def test_a_contradiction_leaves_it_to_a_person(self, changes, expected) -> None:
        changed = replace(self.FATHER, **changes)
        assert agreement(self.FATHER, changed) is expected
        assert agreement(changed, self.FATHER) is expected

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [
            (("Петренко", "Іван"), ("Коваль", "Ольга"), Agreement.OTHER),
            (("Петренко", "Іван"), ("ПЕТРЕНКО", "ІВАН"), Agreement.SAME),
            (("山田", "太郎"), ("鈴木", "花子"), Agreement.OTHER),
            (("الحسن", "ليلى"), ("الحسن", "ليلى"), Agreement.SAME),
            (("-", "."), ("–", "’"), Agreement.OTHER),
        ],
    )
    def test_names_of_any_script_are_compared(self, first, second, expected) -> None:
        contacts = ("famille@example.org", "+33612345678")
        assert agreement(Identity(*first, *contacts), Identity(*second, *contacts)) is expected

    def test_a_mother_of_one_school_is_not_joined_with_a_father_of_another(self) -> None:
        father = known_guardian(
            300,
            civility="M.",
            first_name="Camille",
            family_name="Ormail",
            source_ids=frozenset({"99"}),
            children=frozenset({(101, "20", False)}),
        )  # of another school, with the family's own mail and mobile
        record = person(civility="MME", first_name="Camille", family_name="Ormail")
        made = plan(export(persons=(record,)), Present((known_pupil(),), (father,)))
        assert made.guardians[0].person is None
        (doubt,) = [entry for entry in made.entries if entry.verdict == Verdict.AMBIGUOUS]
        assert doubt.candidates == (300,)

    def test_the_case_and_accents_of_a_name_are_no_change(self) -> None:
        unchanged = plan(export(persons=(person(first_name="CLAIRE", family_name="durand"),)))
        assert unchanged.changes_nothing
        assert plan(export((pupil(first_name="LÉA"),))).changes_nothing
        renamed = plan(export(persons=(person(family_name="Durant"),)))
        assert not renamed.changes_nothing
