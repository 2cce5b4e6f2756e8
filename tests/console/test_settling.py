"""Ambiguous records, decided by the office on the import's page: a known person, a new person, or not imported."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp.database.engine import reading
from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.imports import lifecycle
from idp.people.storage.tables import Person
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI, sends_files
from tests.imports.exports import NEARBY, export, files_of, link, person, pupil

HERE = f"/console/school/{UAI}"
HOMONYMS = export((pupil("1"), pupil("9", ine=None)), links=(link(), link("9")))


def give(office: Visitor, work, exported) -> None:
    files = [io.BytesIO(document_of(exported)) for document_of in (pupils_xml, guardians_xml)]
    sends_files(office, f"{HERE}/imports", *zip(files, ("e.xml", "r.xml"), strict=True))
    work()


def pupils(app: Flask) -> int:
    with app.app_context():
        return (
            reading()
            .execute(select(func.count()).select_from(Person).where(Person.kind == "pupil"))
            .scalar_one()
        )


@pytest.mark.parametrize(("answer", "count"), [("new", 2), ("none", 1)])
def test_a_homonym_is_decided_on_the_page(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    answer: str,
    count: int,
) -> None:
    with app.app_context():
        lifecycle.write(files_of(export()), NOON, "test")
    office = at_console(head)
    give(office, work, HOMONYMS)
    page = office.opens(office.path)
    page.sees("Comparer et décider", "Non importé")
    settle = f"{page.path}/settle?kind=pupil&source=9"
    beside = office.opens(settle)
    beside.sees("une autre fiche est déjà cet élève", "Aucune : ne pas importer cette fiche", "14 mars 2015")
    beside.fills(press="act=decide", person=answer)
    work()
    overview = settle.partition("/settle")[0]
    office.opens(overview).fills(press="act=write")
    work()
    page = office.opens(overview)
    assert pupils(app) == count
    assert ("Non importés, et pourquoi" in page.html) == (answer == "none")
    if answer == "none":
        page.sees("vous avez décidé de ne pas importer cette fiche", "Comparer et décider")


def test_a_left_out_record_is_decided_after_writing(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
) -> None:
    with app.app_context():
        lifecycle.write(files_of(export()), NOON, "test")
    office = at_console(head)
    give(office, work, HOMONYMS)
    overview = office.path
    office.opens(overview).fills(press="act=write")
    work()
    office.opens(overview).sees("Non importés, et pourquoi", "dites qui elles sont")
    office.opens(f"{overview}/settle?kind=pupil&source=9").sees("à partir du prochain import").fills(
        press="act=decide", person="new"
    )
    office.opens(overview).sees("Décidé : vaut à partir du prochain import.")
    assert pupils(app) == 1
    give(office, work, HOMONYMS)
    office.opens(office.path).fills(press="act=write")
    work()
    assert pupils(app) == 2


def test_a_candidate_parent_is_shown_with_children_and_civility(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
) -> None:
    with app.app_context():
        lifecycle.write(files_of(export(uai=NEARBY)), NOON, "test")
    office = at_console(head)
    moved = pupil("51", ine=pupil("1").ine)
    give(office, work, export((moved,), (person("77", contact_mail=None),), (link("51", "77"),)))
    overview = office.path
    office.opens(overview).sees(
        "peut-être un responsable déjà connu avec le même enfant", "ce qui diffère : mail"
    )
    beside = office.opens(f"{overview}/settle?kind=guardian&source=77")
    beside.sees("Civilité", "MME", "Enfants", "Léa Durand (mère)", "Autre ; connu d’un autre établissement")
    assert "claire@famille.example" not in beside.html, (
        "an address that the file does not have is the other school's"
    )
