"""A family in two schools: unsure matches are decided in the preview of either school, and stay decided."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp.database.engine import reading, transaction
from idp.imports import answers
from idp.imports import lifecycle as import_record
from idp.imports.rules.csv_export import read_csv
from idp.imports.rules.set_aside import apply_answers
from idp.people.storage import family, lifecycle
from idp.people.storage.tables import Account, Guardianship, Person
from idp.refusals import Refusal
from tests.actors.world import World
from tests.conftest import NOON
from tests.imports.exports import HERE, NEARBY, export, file_of, files_of, link, person, pupil
from tests.imports.given_imports import row, school, submitted, work

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("world")]

AT_HERE = export((pupil("1"), pupil("2", first_name="Tom")), links=(link("1"), link("2")))
LEFT = export((pupil("2", first_name="Tom"),), links=(link("2"),))
"""The elder child is gone, the younger is still there."""
MOVED = pupil("51", ine=pupil("1").ine)


def arrived(uai: str = NEARBY, **changes):
    return export((MOVED,), (person("77", **changes),), (link("51", "77"),), uai=uai)


def write(exported, now: int = NOON):
    return import_record.write(files_of(exported), now, "test")[1]


def guardians() -> list:
    """Present guardians, with the first names of the children whom they see."""
    rows = reading().execute(
        select(Person.id, Account.present, Account.state)
        .join(Account, Account.person_id == Person.id)
        .where(Person.kind == "guardian")
        .order_by(Person.id)
    )
    return [(stored.present, sorted(children(stored.id))) for stored in rows if stored.state != "closed"]


def children(guardian: int) -> list[str]:
    statement = (
        select(Person.first_name)
        .join(Guardianship, Guardianship.pupil_id == Person.id)
        .where(Guardianship.guardian_id == guardian, Guardianship.until.is_(None))
    )
    return list(reading().execute(statement).scalars())


def doubt_of(number: int, kind: str = "guardian") -> dict:
    (doubt,) = [
        entry for entry in row(number)["entries"] if entry["verdict"] == "ambiguous" and entry["kind"] == kind
    ]
    return doubt


@pytest.mark.parametrize("old_school_first", [True, False])
@pytest.mark.parametrize(
    "contacts", [{"contact_mail": None}, {"contact_mail": None, "mobile": "+33639980044"}]
)
def test_a_parent_keeps_one_account_when_the_child_changes_school_without_a_mail(
    app: Flask, world: World, old_school_first: bool, contacts: dict
) -> None:
    world.school(NEARBY)
    write(AT_HERE)
    if old_school_first:
        write(LEFT, NOON + 60)
    number = submitted(app, arrived(**contacts), NEARBY)
    doubt = doubt_of(number)
    assert doubt["left_out"] and doubt["record"]["children"] == [["Léa Durand", "10"]]
    assert len(doubt["candidates"]) == 1
    answers.decide(number, school(NEARBY), "guardian", "77", doubt["candidates"][0], "account:1", NOON + 90)
    work(app)
    import_record.ask_write(number, school(NEARBY), False, "account:1", NOON + 90)
    work(app)
    assert row(number)["state"] == "written" and row(number)["entries"] is None
    assert guardians() == [(True, ["Léa", "Tom"])]
    write(LEFT, NOON + 120)
    assert guardians() == [(True, ["Léa", "Tom"])]
    mail = select(Person.contact_mail).where(Person.kind == "guardian")
    assert reading().execute(mail).scalar_one() == "claire@famille.example"
    if "mobile" not in contacts:
        assert write(arrived(**contacts), NOON + 180).changes_nothing
        assert write(LEFT, NOON + 240).changes_nothing


def test_no_second_account_is_created_without_a_decision(app: Flask, world: World) -> None:
    world.school(NEARBY)
    write(AT_HERE)
    number = submitted(app, arrived(contact_mail=None), NEARBY)
    import_record.ask_write(number, school(NEARBY), False, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "written"
    assert guardians() == [(True, ["Léa", "Tom"])]
    (left,) = row(number)["entries"]
    assert left["kind"] == "guardian" and left["left_out"] and left["candidates"]
    person_ = left["candidates"][0]
    answers.decide(number, school(NEARBY), "guardian", "77", person_, "account:1", NOON)
    assert row(number)["entries"][0]["decided"] and row(number)["state"] == "written"
    write(arrived(contact_mail=None), NOON + 60)
    write(LEFT, NOON + 120)
    assert guardians() == [(True, ["Léa", "Tom"])]


@pytest.mark.parametrize("uai", [HERE, NEARBY])
def test_existing_double_accounts_are_listed_in_both_previews(app: Flask, world: World, uai: str) -> None:
    """They were made before anybody asked."""
    lea_here, lea_there = export(), arrived(contact_mail=None)
    write(lea_here)
    number = given_and_new(app, world, lea_there)
    assert row(number)["state"] == "written"
    with transaction() as tx:  # As if nobody had been asked then.
        answers.decisions.forget(tx, school(NEARBY), "guardian", "77")
    assert guardians() == [(True, ["Léa"]), (True, ["Léa"])]
    doubt = doubt_of(submitted(app, lea_here if uai == HERE else lea_there, uai))
    assert len(doubt["candidates"]) == 2 and doubt["known"] in doubt["candidates"] and not doubt["left_out"]
    with pytest.raises(Refusal):
        answers.decide(number + 1, school(uai), "guardian", doubt["source_id"], None, "account:1", NOON)
    answers.decide(number + 1, school(uai), "guardian", doubt["source_id"], doubt["known"], "account:1", NOON)
    work(app)
    assert not [entry for entry in row(number + 1)["entries"] if entry["verdict"] == "ambiguous"]


def given_and_new(app: Flask, world: World, exported) -> int:
    world.school(exported.uai)
    number = submitted(app, exported, exported.uai)
    doubt = doubt_of(number)
    answers.decide(number, school(exported.uai), "guardian", doubt["source_id"], None, "account:1", NOON)
    work(app)
    import_record.ask_write(number, school(exported.uai), False, "account:1", NOON)
    work(app)
    return number


def test_a_person_decided_as_new_is_known_at_the_next_import(app: Flask, world: World) -> None:
    write(export())
    given_and_new(app, world, arrived(contact_mail=None))
    people = select(func.count()).select_from(Person)
    before = reading().execute(people).scalar_one()
    assert write(arrived(contact_mail=None), NOON + 60).changes_nothing
    assert reading().execute(people).scalar_one() == before


def test_different_spellings_of_two_schools_change_nothing() -> None:
    there = arrived(first_name="CLAIRE", family_name="DURAND", civility="Mme", city="Valmoret")
    write(AT_HERE)
    write(there, NOON + 60)
    for exported in (AT_HERE, there, AT_HERE, there):
        plan = write(exported, NOON + 120)
        assert plan.counts()["guardian"]["changed"] == plan.counts()["pupil"]["changed"] == 0
    names = select(Person.first_name, Person.family_name).where(Person.kind == "guardian")
    assert reading().execute(names).all() == [("Claire", "Durand")]


def test_a_father_and_a_mother_of_one_name_with_the_familys_contacts_stay_two() -> None:
    shared = {"family_name": "Ormail", "first_name": "Camille"}
    write(export(persons=(person(civility="M.", **shared),), links=(link(relation="20"),)))
    zoe = pupil("9", first_name="Zoé")
    plan = write(export((zoe,), (person("77", **shared),), (link("9", "77"),), NEARBY), NOON + 60)
    assert plan.counts()["guardian"]["ambiguous"] == 1
    assert guardians() == [(True, ["Léa"]), (True, ["Zoé"])]


def test_families_of_another_script_stay_two_and_have_usernames() -> None:
    names = (("Іван", "Петренко"), ("Ольга", "Коваль"))
    for (first, last), child, uai in zip(names, ("1", "9"), (HERE, NEARBY), strict=True):
        kid = pupil(child, first_name=first, family_name=last, ine=None)
        adult = person("77", first_name=first, family_name=last)
        write(export((kid,), (adult,), (link(child, "77"),), uai), NOON)
    assert guardians() == [(True, ["Іван"]), (True, ["Ольга"])]
    usernames = reading().execute(select(Account.username).order_by(Account.id)).scalars()
    assert list(usernames) == ["i.petrenko", "i.petrenko2", "o.koval", "o.koval2"]


def test_a_merged_account_is_not_a_candidate_in_the_next_school(app: Flask, world: World) -> None:
    """The office's answer had named the account that a merge has closed since."""
    write(AT_HERE)
    given_and_new(app, world, arrived(contact_mail=None))
    remaining, joined = (
        reading()
        .execute(select(Account).join(Person).where(Person.kind == "guardian").order_by(Account.id))
        .all()
    )
    with transaction() as tx:
        assert lifecycle.close(tx, joined.id, NOON)
        family.join_persons(tx, remaining.person_id, joined.person_id, NOON)
    assert guardians() == [(True, ["Léa", "Tom"])]
    write(arrived(contact_mail=None), NOON + 60)
    assert guardians() == [(True, ["Léa", "Tom"])]
    third = export((pupil("3", first_name="Zoé"),), (person("88"),), (link("3", "88"),), "0990003R")
    write(third, NOON + 60)
    assert guardians() == [(True, ["Léa", "Tom", "Zoé"])]


HOMONYMS = export((pupil("1"), pupil("9", ine=None)), links=(link(), link("9")))


def pupils() -> list:
    statement = select(Person.id, Person.ine).where(Person.kind == "pupil").order_by(Person.id)
    return [stored.ine for stored in reading().execute(statement)]


@pytest.mark.parametrize(("answer", "count"), [("new", 2), ("known", 1), ("none", 1)])
def test_a_homonym_is_decided_in_the_preview(app: Flask, world: World, answer: str, count: int) -> None:
    write(export())
    number = submitted(app, HOMONYMS)
    doubt = doubt_of(number, "pupil")
    person = doubt["candidates"][0] if answer == "known" else None
    answers.decide(number, school(), "pupil", "9", person, "account:1", NOON, answer == "none")
    work(app)
    import_record.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    assert len(pupils()) == count and pupils()[0] == pupil().ine
    listed = [(entry["kind"], entry["source_id"]) for entry in row(number)["entries"] or []]
    assert listed == ([("pupil", "9")] if answer == "none" else [])
    assert guardians() == [(True, ["Léa"] * count)]
    again = write(HOMONYMS, NOON + 60)
    assert again.changes_nothing and len(pupils()) == count


def test_an_undecided_homonym_can_be_decided_after_writing(app: Flask, world: World) -> None:
    write(export())
    number = submitted(app, HOMONYMS)
    import_record.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    (left,) = row(number)["entries"]
    assert (left["source_id"], left["left_out"]) == ("9", True)
    assert left["record"]["birth_date"] == "2015-03-14"
    answers.decide(number, school(), "pupil", "9", None, "account:1", NOON)
    write(HOMONYMS, NOON + 60)
    assert pupils() == [pupil().ine, None]


CSV = (
    "Nom;Prénom;Né le;Classe;Nom R1;Prénom R1;Mail R1;Lien R1;Nom R2;Prénom R2;Mail R2;Lien R2\n"
    "Ormail;Léa;14/03/2015;6 A;Ormail;Camille;o@x.example;mère;Ormail;Camille;o@x.example;père\n"
    "Ormail;Tom;02/05/2013;4 B;Ormail;Camille;o@x.example;père;Ormail;Camille;o@x.example;mère\n"
    "Коваль;Іван;02/05/2013;4 B;;;;;;;;\n"
    "Петренко;Іван;02/05/2013;4 B;;;;;;;;\n"
)
FIELDS = (
    "NOM_DE_FAMILLE", "PRENOM", "DATE_NAISS", "CLASSE",
    "R1.NOM_DE_FAMILLE", "R1.PRENOM", "R1.MEL", "R1.CODE_PARENTE",
    "R2.NOM_DE_FAMILLE", "R2.PRENOM", "R2.MEL", "R2.CODE_PARENTE",
)  # fmt: skip


def test_a_mother_and_a_father_of_one_name_are_two_in_a_csv() -> None:
    file = file_of(CSV.encode(), "eleves.csv")
    head = CSV.splitlines()[0].split(";")
    read = apply_answers(read_csv(file, dict(zip(head, FIELDS, strict=True)), HERE, 2026), {})
    assert len(read.pupils) == 4 and len(read.persons) == 2
    relations: dict[str, set[str]] = {}
    for link_read in read.links:
        relations.setdefault(link_read.person, set()).add(link_read.relation)
    assert sorted(map(sorted, relations.values())) == [["10"], ["20"]]
