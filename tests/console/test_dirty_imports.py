"""Imports with faults at the console: each fault with its place and person, decisions on damaged texts, import of the rest."""

import io
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from idp.database.engine import reading
from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.people.storage.tables import Person
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.console.conftest import UAI, sends_files
from tests.imports.exports import export, link, person, pupil
from tests.pages import fields_of

HERE = f"/console/school/{UAI}"


def give(office: Visitor, work, change) -> None:
    exported = export(
        tuple(
            pupil(str(n), first_name=first, class_code=place)
            for n, first, place in ((1, "Léa", "6 A"), (2, "Tom", "4 B"), (3, "Zoé", "6 A"))
        ),
        (person("11"), person("12", first_name="Marc", contact_mail=None, mobile=None)),
        (link("1"), link("2"), link("3"), link("1", "12", "20")),
    )
    texts = [document_of(exported).decode("iso-8859-15") for document_of in (pupils_xml, guardians_xml)]
    files = [change(text).replace("ISO-8859-15", "UTF-8").encode() for text in texts]
    sends_files(office, f"{HERE}/imports", *zip(map(io.BytesIO, files), ("e.xml", "r.xml"), strict=True))
    work()


def people(app: Flask) -> set[str | None]:
    with app.app_context():
        statement = select(Person.first_name).where(Person.kind.in_(("pupil", "guardian")))
        return set(reading().execute(statement).scalars())


def test_unreadable_records_are_named_and_the_others_imported(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
) -> None:
    office = at_console(head)
    born, person_id = "<DATE_NAISS>14/03/2015</DATE_NAISS>", "<PERSONNE_ID>99</PERSONNE_ID>"
    give(
        office,
        work,
        lambda text: text.replace(born, "<DATE_NAISS>00/00/2014</DATE_NAISS>", 1).replace(
            "<PERSONNE_ID>12</PERSONNE_ID>", person_id
        ),
    )
    page = office.opens(office.path)
    page.sees(
        "Léa Durand", "INE 123456781AB", "e.xml, ligne", "Date de naissance", "elles s’écrivent jj/mm/aaaa"
    )
    page.sees("Non importés", "2 fiches ne peuvent pas être importées", "Importer les autres sans elles")
    page.sees("La personne 99 n’est pas dans ce fichier", "Lien élève – responsable")
    page.fills(press="act=write").sees("K26", "Des fiches ne peuvent pas être importées")
    work()
    assert people(app) == set()
    page.fills(press="act=write", set_aside="1")
    work()
    assert people(app) == {"Tom", "Zoé", "Claire"}
    office.opens(office.path).sees("Écrit", "Non importés, et pourquoi", "Léa Durand", "elles s’écrivent")


def test_a_damaged_name_is_decided_by_the_office(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
) -> None:
    office = at_console(head)
    give(office, work, lambda text: text.replace("Zoé", "ZoÃ©"))
    page = office.opens(office.path)
    page.sees("Ces textes semblent abîmés", "« ZoÃ© »", "« Zoé »", "1 fiche ne peut pas être importée")
    page.fills(press="act=texts", answer="mended")
    work()
    page = office.opens(office.path)
    assert "Importer les autres sans elles" not in page.html
    page.fills(press="act=write")
    work()
    assert people(app) == {"Léa", "Tom", "Zoé", "Claire", "Marc"}


def test_a_single_file_is_refused_with_the_name_of_the_missing_one(
    contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    office = at_console(head)
    for content, name, missing in (
        (pupils_xml(export()), "eleves.xml", "ResponsablesAvecAdresses"),
        (guardians_xml(export()), "parents.xml", "ElevesSansAdresses"),
    ):
        page = sends_files(office, f"{HERE}/imports", (io.BytesIO(content), name))
        page.sees("K21", f"Vous avez donné {name} ; il manque {missing}")


def test_missing_csv_columns_are_named(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    office = at_console(head)
    table = "A;B;C\nDurand;Léa;14/03/2015\n"
    sends_files(office, f"{HERE}/imports", (io.BytesIO(table.encode()), "x.csv"))
    office.opens(office.path).fills(press="act=columns").sees(
        "K24", "Nom de famille, Prénom, Date de naissance"
    )


def test_faults_are_shown_in_both_languages(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
) -> None:
    office = at_console(head)
    give(office, work, lambda text: text.replace("<PRENOM>Tom</PRENOM>", ""))
    page = office.path
    token = fields_of(office.opens(page).html, having="csrf_token")["csrf_token"]
    office.browser.post("/language", data={"csrf_token": token, "language": "en", "back": page})
    office.opens(page).sees("First name", "This field is missing or empty", "Not imported")
