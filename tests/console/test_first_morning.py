"""A school's first import without a script: import, letters, a first login, numbers on the overview."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from pypdf import PdfReader

from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.console.conftest import UAI, imports

HERE = f"/console/school/{UAI}"


@pytest.mark.settings(sms=SMS)
def test_import_letters_activation_figures(
    app: Flask, head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], visitor
) -> None:
    office = imports(at_console(head), work)
    office.opens(HERE).sees("0 / 2")
    office.opens(f"{HERE}/letters").sees("4 B", "6 A").fills(press="act=print").fills(press="act=print")
    work()
    office.opens(office.path).sees("Terminé", "4 personnes ont leur courrier")
    names = re.findall(r'href="(/console/jobs/\d+/files/\d+)">([^<]+)<', office.html)
    assert [name for _, name in names] == ["courriers-4b-1.pdf", "courriers-6a-2.pdf"]
    paper = office.opens(names[0][0]).page.data
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages[::2]]
    (letter,) = [text for text in pages if "Claire Durand" in text]
    assert "Je n’ai pas de compte" in letter and "0 0" not in letter
    username, groups = re.search(r"Identifiant\s+(\S+)\s+Mot de passe provisoire\n(.+)\n", letter).groups()
    assert re.fullmatch(r"\S{4} \S{4} \S{4}", groups)
    password = groups.replace(" ", "")
    visitor.opens("/account").fills(profile="responsable")
    visitor.fills(username=username, password=password)
    visitor.fills(password="Cerises-Rouges-1789", again="Cerises-Rouges-1789")
    visitor.fills(mail="claire@famille.example", day="14", month="03", year="2015")
    link_ = messages(app, "mail")[-1]["facts"]["link"]
    visitor.opens(link_.removeprefix("http://localhost")).fills()
    office.opens(HERE).sees("1 / 2")
    office.opens(f"{HERE}/people?q=claire").sees("Actif", "claire@famille.example")


def test_a_pdf_has_one_page_a_person_and_a_reprint_invalidates_the_previous(
    app: Flask, head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None]
) -> None:
    office = imports(at_console(head), work)
    first = office.opens(f"{HERE}/letters").fills(press="act=print", form="csv").fills(press="act=print")
    work()
    file = re.search(r'href="(/console/jobs/\d+/files/\d+)"', first.opens(first.path).html)[1]
    table = first.opens(file).page.data.decode("utf-8-sig").splitlines()
    assert table[0].startswith("profil;classe;civilite;nom;prenom;identifiant") and len(table) == 5
    office.opens(f"{HERE}/letters").sees("Tout le monde a son courrier")
    office.fills(press="act=print", again="1").fills(press="act=print")
    work()
    assert "personnes ont leur courrier" in office.opens(office.path).html
    old = dict(zip(table[0].split(";"), table[1].split(";"), strict=True))
    stranger = Visitor(app).opens("/account").fills(profile="eleve")
    stranger.fills(username=old["identifiant"], password=old["mot_de_passe_provisoire"])
    assert stranger.status >= 400


@pytest.mark.both_engines
def test_letters_by_mail_have_a_link_and_never_a_password(
    app: Flask, head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], visitor
) -> None:
    office = imports(at_console(head), work)
    office.opens(f"{HERE}/letters").fills(press="act=print", form="mail").fills(press="act=print")
    work()
    office.opens(office.path).sees("1 personne a son courrier")
    (mail,) = [m for m in messages(app, "mail") if m["template"] == "activation"]
    assert mail["to"] == "claire@famille.example" and "password" not in str(mail["facts"])
    path = mail["facts"]["link"].removeprefix("http://localhost")
    assert visitor.opens(path).status == 200 == visitor.opens(path).status
    visitor.fills(password="Cerises-Rouges-1789", again="Cerises-Rouges-1789")
    visitor.fills(day="14", month="03", year="2015")
    visitor.opens("/account").sees("claire@famille.example")
    assert not [m for m in messages(app, "mail") if m["template"] == "confirm_mail"]
    assert Visitor(app).opens(path).sees("C’est déjà fait").status == 200


def test_files_with_codes_expire_and_belong_to_the_requester(
    app: Flask,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    contextless: World,
    clock: Clock,
) -> None:
    office = imports(at_console(head), work)
    office.opens(f"{HERE}/letters").fills(press="act=print").fills(press="act=print")
    work()
    file = re.search(r'href="(/console/jobs/\d+/files/\d+)"', office.opens(office.path).html)[1]
    deputy = at_console(contextless.staff("Anne", "Petit", "deputy"))
    assert deputy.opens(file).status == 404
    assert office.opens(file).status == 200
    clock.advance(3600)
    office.opens("/account").fills(profile="personnel").fills(username=head.username, password=head.password)
    assert (office.opens(file).status in (200, 404) and "K11" in office.html) or "Confirmez" in office.html
