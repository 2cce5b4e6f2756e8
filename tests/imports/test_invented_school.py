from collections import Counter, defaultdict
from pathlib import Path

from idp.demo.school import EXPORTED_ON, YEAR, cases, invent
from idp.demo.siecle_files import write_siecle
from idp.imports.rules.records import SiecleFile
from idp.imports.rules.siecle_export import read_export
from idp.people.rules.uai import is_uai
from idp.people.rules.usernames import username_stem

DEMONSTRATION = invent()
LARGE, SMALL = (school.export for school in DEMONSTRATION.schools)
HERE_NOW = [pupil for pupil in LARGE.pupils if pupil.left is None]


def test_a_seed_generates_the_same_people_each_time() -> None:
    assert invent() == DEMONSTRATION
    assert invent(7) != DEMONSTRATION


def test_generated_files_are_read_back_unchanged(tmp_path: Path) -> None:
    for school in (LARGE, SMALL):
        pupils, guardians = write_siecle(school, tmp_path / school.uai)
        assert pupils.name == "ElevesSansAdresses.xml"
        assert guardians.read_bytes().startswith(b'<?xml version="1.0" encoding="ISO-8859-15"?>')
        with pupils.open("rb") as first, guardians.open("rb") as second:
            assert read_export([SiecleFile(pupils.name, first), SiecleFile(guardians.name, second)]) == school


def test_the_generated_school_has_the_size_of_a_college() -> None:
    assert len(HERE_NOW) == 600
    assert len(SMALL.pupils) == 40
    legal = {link.person for link in LARGE.links if link.level == 1}
    assert 900 <= len(legal) <= 1_050
    classes = Counter(pupil.class_code for pupil in HERE_NOW if pupil.class_code)
    assert set(classes) == {f"{level} {letter}" for level in "6543" for letter in "ABCDEF"}
    assert max(classes.values()) <= 30


def test_generated_schools_have_valid_uais_and_the_present_year() -> None:
    for school in (LARGE, SMALL):
        assert is_uai(school.uai)
        assert (school.year, school.exported_on) == (YEAR, EXPORTED_ON)


def test_pupils_are_of_the_age_of_their_level() -> None:
    for pupil in LARGE.pupils:
        level = {"10010012110": 6, "10110012110": 5, "10210012110": 4, "10310019110": 3}[pupil.mef]
        entered = YEAR - (6 - level)
        assert entered - int(pupil.birth_date[:4]) in (11, 12)
        assert pupil.class_code is None or pupil.class_code[0] == str(level)


def test_generated_schools_contain_every_difficult_case() -> None:
    assert sum(pupil.class_code is None for pupil in HERE_NOW) == 4
    assert sum(pupil.ine is None for pupil in HERE_NOW) == 2
    assert len(LARGE.pupils) - len(HERE_NOW) == 3
    assert any(link.level == 2 for link in LARGE.links)
    assert any(link.relation == "51" for link in LARGE.links)
    stems = Counter(username_stem(pupil.first_name, pupil.family_name) for pupil in HERE_NOW)
    assert max(stems.values()) >= 3
    names = {pupil.family_name for pupil in HERE_NOW}
    assert any("'" in name for name in names)
    assert any("-" in name for name in names)
    assert any(" " in name for name in names)
    assert any("Œ" in person.family_name for person in LARGE.persons)
    assert any(person.mobile is None for person in LARGE.persons)


def guardians_of(school):
    guardians = defaultdict(set)
    for link in school.links:
        if link.level == 1:
            guardians[link.pupil].add(link.person)
    return guardians


def test_generated_schools_contain_twins_and_blended_families() -> None:
    guardians = guardians_of(LARGE)
    together = Counter((frozenset(guardians[pupil.source_id]), pupil.birth_date) for pupil in HERE_NOW)
    assert max(together.values()) == 2
    sets = {frozenset(guardian_set) for guardian_set in guardians.values()}
    assert any(first != second and len(first & second) == 1 for first in sets for second in sets)


def test_families_with_children_in_both_schools_share_names_mail_and_mobile() -> None:
    def identities(school):
        return {
            (person.family_name, person.first_name, person.contact_mail, person.mobile)
            for person in school.persons
            if person.contact_mail and person.mobile
        }

    assert len(identities(LARGE) & identities(SMALL)) == 20


def test_the_numbers_of_people_are_reserved_for_fiction() -> None:
    for person in (*LARGE.persons, *SMALL.persons):
        assert person.mobile is None or person.mobile.startswith("+3363998")
        assert person.contact_mail is None or person.contact_mail.endswith(".example")


def test_each_demonstration_case_has_its_properties() -> None:
    persons = cases(DEMONSTRATION)
    guardians = guardians_of(LARGE)
    assert guardians[persons.pupil.source_id] == {
        persons.newcomer.source_id,
        persons.other_guardian.source_id,
    }
    pupil = next(record for record in LARGE.pupils if record.source_id == persons.pupil.source_id)
    assert pupil.birth_date == persons.birth_date
    assert Counter(record.role for record in DEMONSTRATION.personnel) == {
        "head": 1,
        "deputy": 1,
        "secretary": 1,
        "teacher": 2,
        "academy_administrator": 1,
    }
