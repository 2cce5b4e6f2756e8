"""Files of two schools with every fault of a record once, and the expected people after their import."""

import io
import json

import pytest
from flask import Flask
from sqlalchemy import select

from idp.database.engine import reading
from idp.imports import answers as import_answers
from idp.imports import lifecycle
from idp.imports.preview import NotAllReadable
from idp.imports.rules.faults import FaultCode
from idp.imports.rules.records import SiecleFault
from idp.imports.rules.siecle_export import read_files
from idp.imports.storage import imports
from idp.jobs import queue
from idp.people.storage import schools
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person
from idp.refusals import Refusal
from idp.worker import long_work
from tests.actors.world import World
from tests.conftest import NOON
from tests.imports.exports import HERE, NEARBY, export, file_of, files_of, link, person, pupil

pytestmark = pytest.mark.usefixtures("world")

COUNT = 16
"""Families of a school. Each has two children in two classes and one guardian; numbers 1 to 16 are the elder ones."""


def family_name(number: int) -> str:
    return "Famille" + "abcdefghijklmnopqrstuvwxyz"[number]


def school_of(uai: str, base: int):
    """`base` keeps the numbers of two schools apart; families 15 and 16 are homonyms of each other."""
    pupils, persons, links = [], [], []
    for n in range(1, COUNT + 1):
        surname = family_name(15 if n == 16 else n)
        for k, first in enumerate(("Aline", "Zoé")):
            key = f"{base + n * 10 + k}"
            ine = f"{base + n * 10 + k:09d}AB"
            born = f"201{3 + k}-03-{n:02d}"
            pupils.append(
                pupil(
                    key,
                    ine=ine,
                    family_name=surname,
                    first_name=first,
                    birth_date=born,
                    class_code=f"{6 - k} A",
                )
            )
            links.append(link(key, f"{base + n * 10 + 9}"))
        mail, mobile = f"p{base + n}@famille.example", None
        persons.append(
            person(
                f"{base + n * 10 + 9}",
                family_name=surname,
                contact_mail=mail,
                mobile=mobile,
                address=f"{n} rue",
            )
        )
    return export(tuple(pupils), tuple(persons), tuple(links), uai=uai)


def one_line_each(xml: bytes) -> str:
    text = xml.decode("iso-8859-15").replace("\n", "")
    for tag in ("ELEVE ", "PERSONNE ", "RESPONSABLE_ELEVE>", "ADRESSE "):
        text = text.replace(f"<{tag}", f"\n<{tag}")
    return text


def changed(text: str, start: str, old: str, new: str) -> str:
    """Replace within the one line that contains `start`."""
    lines = text.split("\n")
    (at,) = [n for n, line in enumerate(lines) if start in line]
    assert old in lines[at], lines[at]
    lines[at] = lines[at].replace(old, new, 1)
    return "\n".join(lines)


def dirty_files(base: int, uai: str):
    """Both files, and the expected faults: (code, field, name)."""
    eleves, responsables = (one_line_each(file.content.read()) for file in files_of(school_of(uai, base)))

    def child(n: int) -> str:
        return f'<ELEVE ELEVE_ID="{base + n * 10}"'

    def parent(n: int) -> str:
        return f'<PERSONNE PERSONNE_ID="{base + n * 10 + 9}"'

    def tie(n: int) -> str:
        return f"<RESPONSABLE_ELEVE><ELEVE_ID>{base + n * 10}<"

    def name(n: int, first: str = "Aline") -> str:
        return f"{first} {family_name(n)}".strip()

    expected: list[tuple[str, str | None, str]] = []

    def dirt_in_pupils(n: int, old: str, new: str, code: str, field: str, shown: str) -> None:
        nonlocal eleves
        eleves = changed(eleves, child(n), old, new)
        expected.append((code, field, shown))

    def dirt_in_guardians(start: str, old: str, new: str, code: str, field: str, shown: str) -> None:
        nonlocal responsables
        responsables = changed(responsables, start, old, new)
        expected.append((code, field, shown))

    dirt_in_pupils(1, "<PRENOM>Aline</PRENOM>", "", "empty_field", "PRENOM", family_name(1))
    dirt_in_pupils(2, "02/03/2013", "00/00/2014", "not_date", "DATE_NAISS", name(2))
    dirt_in_pupils(3, f"{base + 30:09d}AB", "12345", "not_ine", "ID_NATIONAL", name(3))
    dirt_in_pupils(4, f'"{base + 40}"', '"4 OR 1=1"', "not_identifier", "ELEVE_ID", name(4))
    dirt_in_pupils(5, family_name(5), "x" * 101, "too_long", "NOM_DE_FAMILLE", "Aline")
    dirt_in_pupils(6, family_name(6), "HÃ©risson", "text_in_doubt", "NOM_DE_FAMILLE", "Aline HÃ©risson")
    eleves = changed(
        eleves, child(7), "<ELEVE ", eleves_line(eleves, child(7)).replace("Aline", "Alix") + "<ELEVE "
    )
    expected.extend([("twice", "ELEVE_ID", name(7, "Alix")), ("twice", "ELEVE_ID", name(7))])
    eleves = changed(eleves, child(8), f"{base + 80:09d}AB", f"{base + 81:09d}AB")
    expected.extend([("ine_twice", "ID_NATIONAL", name(8)), ("ine_twice", "ID_NATIONAL", name(8, "Zoé"))])
    eleves = changed(eleves, child(9), "<ELEVE ", eleves_line(eleves, child(9)) + "<ELEVE ")
    expected.append(("same_again", "ELEVE_ID", name(9)))
    of_9 = f"<PERSONNE_ID>{base + 109}<"
    dirt_in_guardians(tie(10), of_9, "<PERSONNE_ID>77777<", "person_unknown", "PERSONNE_ID", name(10))
    level = "<NIVEAU_RESPONSABILITE>1<"
    dirt_in_guardians(tie(11), level, level.replace("1", "9"), "not_level", "NIVEAU_RESPONSABILITE", name(11))
    dirt_in_guardians(tie(12), ">10<", ">mère<", "not_relation", "CODE_PARENTE", name(12))
    surname = f">{family_name(13)}<"
    dirt_in_guardians(parent(13), surname, "><", "empty_field", "NOM_DE_FAMILLE", "Claire")
    dirt_in_guardians(tie(14), level, "<RESP_LEGAL>7<", "not_legal", "RESP_LEGAL", name(14))
    responsables = changed(responsables, tie(14), "</NIVEAU_RESPONSABILITE>", "</RESP_LEGAL>")
    dirt_in_guardians(
        parent(15), "Claire", b"Cl\\ufffdaire".decode("unicode_escape"), "text_in_doubt", "PRENOM", ""
    )
    expected[-1] = ("text_in_doubt", "PRENOM", f"Cl\ufffdaire {family_name(15)}")
    responsables = responsables.replace("ISO-8859-15", "UTF-8", 1)
    return (
        [
            file_of(eleves.encode("iso-8859-15"), f"{uai}-e.xml"),
            file_of(responsables.encode(), f"{uai}-r.xml"),
        ],
        expected,
    )


def eleves_line(text: str, start: str) -> str:
    (line,) = [line for line in text.split("\n") if start in line]
    return line.partition("</ELEVE>")[0] + "</ELEVE>\n"


def everybody() -> dict[str, list[tuple[object, ...]]]:
    """Presence of accounts and links of families, which a record that was set aside must not change."""
    shown = {
        "accounts": select(Account.person_id, Account.present).order_by(Account.person_id),
        "enrolments": select(Enrolment.pupil_id, Enrolment.until).order_by(Enrolment.id),
        "links": select(Guardianship.guardian_id, Guardianship.pupil_id, Guardianship.until).order_by(
            Guardianship.id
        ),
    }
    return {name: [tuple(row) for row in reading().execute(statement)] for name, statement in shown.items()}


SCHOOLS = ((HERE, 1000), (NEARBY, 5000))


def test_faults_of_both_files_are_reported_with_line_and_name() -> None:
    for uai, base in SCHOOLS:
        files, expected = dirty_files(base, uai)
        texts = {}
        for file in files:
            texts[file.name] = file.content.read().decode("utf-8", "replace").split("\n")
        number = import_faults(files)
        faults = [(fault.code, fault.field, fault.name) for fault in number]
        assert sorted(faults, key=str) == sorted(expected, key=str)
        for fault in number:
            assert fault.line and fault.file in texts
            line = texts[fault.file][fault.line - 1]
            assert fault.name.split(" ")[-1].encode("ascii", "ignore").decode()[
                -6:
            ] in line or fault.code in (
                "person_unknown",
                "not_level",
                "not_relation",
                "not_legal",
            )
            assert fault.ine is None or fault.ine in line or "RESPONSABLE_ELEVE" in line
        assert {fault.code for fault in number} <= set(FaultCode)


def import_faults(files):
    read = read_files(files)
    aside = [*read.set_aside, *(item.aside for item in read.records if hasattr(item, "aside"))]
    return [fault for item in aside for fault in item.faults]


def test_faulty_records_block_the_import_until_set_aside_and_deactivate_nobody(world: World) -> None:
    for uai, base in SCHOOLS:
        lifecycle.write(files_of(school_of(uai, base)), NOON, "command")
    before = everybody()
    for uai, base in SCHOOLS:
        files, expected = dirty_files(base, uai)
        with pytest.raises(NotAllReadable) as refused:
            lifecycle.write(files, NOON + 60, "command")
        assert everybody() == before
        assert all(name in str(refused.value) for _, _, name in expected)
        _, plan = lifecycle.write(files, NOON + 60, "command", set_aside=True)
        assert not plan.gone_pupils and not plan.gone_guardians
        assert [entry.name for entry in plan.entries if entry.verdict in ("new", "gone", "ambiguous")] == []
    assert everybody() == before


def test_readable_new_people_are_imported(world: World) -> None:
    """The oracle: 32 pupils of whom 10 are set aside, and the parents of the others."""
    files, _ = dirty_files(1000, HERE)
    lifecycle.write(files, NOON, "command", set_aside=True)
    people = reading().execute(select(Person.kind, Person.family_name, Person.first_name)).all()
    pupils = {(family, first) for kind, family, first in people if kind == "pupil"}
    elder = {family_name(n) for n in (9, 10, 11, 12, 13, 14, 15)}
    younger = {family_name(n) for n in range(1, COUNT) if n != 8}
    assert pupils == {(surname, "Aline") for surname in elder} | {(surname, "Zoé") for surname in younger}
    guardians = [family for kind, family, _ in people if kind == "guardian"]
    assert sorted(guardians) == sorted(
        {family_name(n) for n in range(1, COUNT)} - {family_name(8), family_name(13)}
    )
    assert not [
        surname for surname in people if "Ã" in surname.family_name or "\ufffd" in (surname.first_name or "")
    ]


def work(app: Flask) -> None:
    while queue.run_next(long_work.RUNNERS, app.extensions["clock"], lambda: False):
        pass


def test_an_answer_for_a_damaged_text_applies_to_later_imports(app: Flask, world: World) -> None:
    world.school()
    school_row = schools.find(reading(), HERE)
    assert school_row is not None
    school = school_row[0]

    def import_once(first: str = "HÃ©lÃ¨ne") -> int:
        exported = export(
            (pupil("1", first_name=first), pupil("2", first_name="ZoÃ©"), pupil("3", first_name="T\ufffdm")),
            links=(link("1"), link("2"), link("3")),
        )
        text = [file.content.read().decode("iso-8859-15", "replace") for file in files_of(plain_export())]
        text[0] = text[0].replace("Prenom1", first).replace("Prenom2", "ZoÃ©").replace("Prenom3", "T\ufffdm")
        assert exported.pupils
        files = [
            (name, io.BytesIO(document.replace("ISO-8859-15", "UTF-8").encode()))
            for name, document in zip(("e.xml", "r.xml"), text, strict=True)
        ]
        number = lifecycle.submit(school, files, "siecle", "account:1", NOON)
        work(app)
        return number

    def row(number: int):
        return imports.find(reading(), number)

    number = import_once()
    questions = {entry["source_id"]: entry for entry in row(number)["entries"] if entry.get("question")}
    assert {key: entry["question"]["mendable"] for key, entry in questions.items()} == {
        "1": True,
        "2": True,
        "3": False,
    }
    assert questions["1"]["question"]["doubts"][0]["mended"] == "Hélène"
    with pytest.raises(Refusal):
        import_answers.answer_texts(number, school, {("pupil", "3"): "mended"}, "account:1", NOON)
    answers = {("pupil", "1"): "mended", ("pupil", "2"): "written"}
    import_answers.answer_texts(number, school, answers, "account:1", NOON)
    work(app)
    assert row(number)["counts"]["pupil"] == {
        "new": 2,
        "changed": 0,
        "gone": 0,
        "ambiguous": 0,
        "noted": 2,
        "set_aside": 1,
    }
    with pytest.raises(Refusal) as refused:
        lifecycle.ask_write(number, school, False, "account:1", NOON)
    assert refused.value.code == "K26"
    lifecycle.ask_write(number, school, False, "account:1", NOON, set_aside=True)
    work(app)
    assert row(number)["state"] == "written"
    assert [entry["source_id"] for entry in row(number)["entries"]] == ["3"]
    names = set(reading().execute(select(Person.first_name).where(Person.kind == "pupil")).scalars())
    assert names == {"Hélène", "ZoÃ©"}
    again = import_once()
    assert row(again)["counts"]["pupil"]["changed"] == row(again)["counts"]["pupil"]["gone"] == 0
    second_import = import_once("HÃ©lÃ¨na")
    asked = [entry["source_id"] for entry in row(second_import)["entries"] if entry["verdict"] == "set_aside"]
    assert asked == ["1", "3"]
    assert json.dumps(row(second_import)["fault"]) == "null"


def plain_export():
    return export(
        tuple(pupil(str(n), first_name=f"Prenom{n}", ine=f"00000000{n}AB") for n in (1, 2, 3)),
        links=(link("1"), link("2"), link("3")),
    )


def test_faults_of_two_unreadable_files_are_reported_together() -> None:
    pupils, guardians = files_of(export())
    wrong = file_of(pupils.content.read().replace(b"0990001N", b"0990001X"), "e.xml")
    broken = file_of(guardians.content.read()[:-40], "r.xml")
    with pytest.raises(SiecleFault) as refused:
        read_files([wrong, broken])
    assert [(fault.file, fault.code) for fault in refused.value.faults] == [
        ("e.xml", "not_uai"),
        ("r.xml", "broken_xml"),
    ]


def test_an_entirely_unreadable_record_deactivates_nobody(world: World) -> None:
    exported = school_of(HERE, 1000)
    lifecycle.write(files_of(exported), NOON, "command")
    before = everybody()
    fewer = export(
        exported.pupils[:30],
        exported.persons,
        tuple(item for item in exported.links if item.pupil in {p.source_id for p in exported.pupils[:30]}),
    )
    pupils, guardians = files_of(fewer)
    text = pupils.content.read().replace(b"</ELEVES>", b"<ELEVE></ELEVE></ELEVES>")
    lifecycle.write([file_of(text, "e.xml"), guardians], NOON + 60, "command", set_aside=True)
    assert everybody() == before
