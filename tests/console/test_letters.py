"""Letters of two schools, several classes and families with children in more than one: recipients and content."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from idp.console import letter_jobs
from idp.console.rules.rights import FAMILIES, Reach
from idp.console.storage import rights
from idp.database.engine import reading, transaction
from idp.letters import issue
from idp.letters.rules.runs import LetterChoice, people_waiting
from idp.letters.storage import letters as letter_rows
from idp.people.storage import schools
from idp.people.storage.tables import Enrolment, Person
from idp.refusals import Refusal
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import Someone, World
from tests.console.conftest import UAI
from tests.letters.papers import joined, squares_of
from tests.letters.papers import texts_of as text_of

HERE = f"/console/school/{UAI}"
NEARBY = "0990002P"


@pytest.fixture
def families(contextless: World, head: Someone):
    """Claire has children in 6 A and 4 B here, and one at the other school; two girls are called Léa Durand."""
    nearby = contextless.school(NEARBY, "Collège de la Roselière")
    state = {"state": "created"}
    people = {
        "lea": contextless.pupil("Léa", "Durand", "6 A", **state),
        "tom": contextless.pupil("Tom", "Durand", "4 B", birth_date="2013-05-02", **state),
        "zoe": contextless.pupil("Zoé", "Durand", "5 C", school=nearby, **state),
        "lea2": contextless.pupil("Léa", "Durand", "3 A", birth_date="2012-01-01", **state),
        "ali": contextless.pupil("Ali", "Petit", None, **state),
        "claire": contextless.guardian("Claire", "Durand", civility="MME", contact_mail="claire@famille.example", **state),
        "marc": contextless.guardian("Marc", "Durand", civility="M.", **state),
        "anne": contextless.guardian("Anne", "Petit", **state),
    }  # fmt: skip
    contextless.family(people["claire"], people["lea"], people["tom"], people["zoe"])
    contextless.family(people["marc"], people["lea2"], people["lea"], relation="20")
    contextless.family(people["anne"], people["ali"])
    return people


def prints(office: Visitor, work, *classes: str, **more) -> dict[str, list[str]]:
    """File name → text of its pages, of a run that is asked for on the pages."""
    page = office.opens(f"{HERE}/letters")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.html)[1]
    data = {
        "csrf_token": token,
        "act": "print",
        "kind": ["pupil", "guardian"],
        "form": "pdf",
        "letters_in": "fr",
    }
    office._arrive(office.browser.post(f"{HERE}/letters", data={**data, "class": list(classes), **more}))
    office.fills(press="act=print")
    work()
    links = re.findall(r'href="(/console/jobs/\d+/files/\d+)">([^<]+)<', office.opens(office.path).html)
    return {name: text_of(office.opens(path).page.data) for path, name in links}


def of(pages: list[str], username: str) -> str:
    (letter,) = [text for text in pages if re.search(rf"^{re.escape(username)}$", text, re.MULTILINE)]
    return letter


def test_a_letter_has_the_pupils_class_or_the_guardians_children(
    head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    papers = prints(at_console(head), work)
    assert list(papers) == [
        "courriers-sans-classe-1.pdf",
        "courriers-3a-2.pdf",
        "courriers-4b-3.pdf",
        "courriers-6a-4.pdf",
    ]
    assert "Classe 6 A" in of(papers["courriers-6a-4.pdf"], families["lea"].username)
    assert "Classe 3 A" in of(papers["courriers-3a-2.pdf"], families["lea2"].username)
    ali = of(papers["courriers-sans-classe-1.pdf"], families["ali"].username)
    assert "Classe" not in ali and "Responsable de" not in ali
    claire = of(papers["courriers-4b-3.pdf"], families["claire"].username)
    assert "Mme Claire Durand" in claire and "Collège des Tilleuls" in claire
    assert "Responsable de : Tom Durand Classe 4 B Léa Durand Classe 6 A 1 " in joined(claire)
    assert "Zoé" not in claire, "a child of another school is that school's to name"
    marc = of(papers["courriers-3a-2.pdf"], families["marc"].username)
    assert "Responsable de : Léa Durand Classe 3 A Léa Durand Classe 6 A 1 " in joined(marc)
    anne = of(papers["courriers-sans-classe-1.pdf"], families["anne"].username)
    assert "Responsable de : Ali Petit 1 " in joined(anne)


def test_a_letter_shows_the_present_class_and_school_of_a_child(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    families,
) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(update(Enrolment).where(Enrolment.pupil_id == families["tom"].person).values(until=1))
        tx.execute(
            update(Enrolment).where(Enrolment.pupil_id == families["lea"].person).values(class_code="6 B")
        )
    papers = prints(at_console(head), work)
    claire = of(papers["courriers-6b-3.pdf"], families["claire"].username)
    assert "Responsable de : Léa Durand Classe 6 B 1 " in joined(claire) and "Tom" not in claire


def test_a_guardians_letter_is_in_the_run_of_each_childs_class(
    head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    """A guardian is in the run of each class, not only of the first."""
    papers = prints(at_console(head), work, "6 A")
    assert list(papers) == ["courriers-6a-1.pdf"]
    written = papers["courriers-6a-1.pdf"]
    assert len(written) == 3
    for name in ("lea", "claire", "marc"):
        of(written, families[name].username)


def test_a_run_prints_each_letter_once(
    head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    papers = prints(at_console(head), work, "6 A", "4 B")
    assert [len(pages) for pages in papers.values()] == [2, 2]
    of(papers["courriers-4b-1.pdf"], families["claire"].username)
    of(papers["courriers-6a-2.pdf"], families["marc"].username)


def test_the_pages_show_both_numbers_and_ask_for_confirmation(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    families,
) -> None:
    contextless.set_account(families["marc"], state="active")
    office = at_console(head).opens(f"{HERE}/letters").sees("6 personnes attendent un courrier.")
    row = re.search(r'value="6 A".*?</tr>', office.html)[0]
    assert re.findall(r'"number">([^<]+)<', row) == ["1 sur 1", "1 sur 2", "1"]
    office.fills(press="act=print").sees("Préparer 6 courriers ?", "part une seule fois")
    assert office.path == f"{HERE}/letters/question"
    rows = re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', office.html)
    assert {code: re.findall(r">(\d+)<", cells) for code, cells in rows} == {
        "Sans classe": ["2", "1", "1", "0"],
        "3 A": ["2", "1", "0", "0"],
        "4 B": ["2", "1", "1", "0"],
        "6 A": ["3", "1", "0", "1"],
    }
    with app.app_context():
        school, _ = schools.find(reading(), UAI)
        waiting = people_waiting(letter_rows.families(reading(), school), app.extensions["clock"]())
        assert waiting == 6, "a question is no act"
    office.fills(press="act=print").sees("En attente")
    work()
    office.opens(office.path).sees("6 personnes ont leur courrier")


def test_the_choice_is_kept_on_the_confirmation_and_after_a_refusal(
    head: Someone, at_console: Callable[[Someone], Visitor], families
) -> None:
    office = at_console(head).opens(f"{HERE}/letters")
    office.fills(
        **{"class": "6 A", "kind": "guardian", "form": "mail", "letters_in": "en"}, press="act=print"
    )
    office.sees("Envoyer 1 mail ?", "Sans adresse mail")
    fields = dict(
        re.findall(r'type="hidden" name="(class|kind|form|letters_in|count)" value="([^"]*)"', office.html)
    )
    assert fields == {"class": "6 A", "kind": "guardian", "form": "mail", "letters_in": "en", "count": "1"}
    office.opens(f"{HERE}/letters")
    office.fills(**{"class": "3 A", "kind": "pupil", "form": "mail"}, press="act=print").sees("K08")
    for name, value, checked in (
        ("class", "3 A", True),
        ("class", "6 A", False),
        ("kind", "pupil", True),
        ("kind", "guardian", False),
        ("form", "mail", True),
        ("form", "pdf", False),
    ):
        (box,) = re.findall(rf'<input type="\w+" name="{name}" value="{value}"( checked)?>', office.html)
        assert bool(box) is checked, (name, value)


def test_a_changed_number_of_letters_is_confirmed_again(
    contextless: World, head: Someone, at_console: Callable[[Someone], Visitor], families
) -> None:
    office = at_console(head).opens(f"{HERE}/letters").fills(press="act=print").sees("Préparer 7 courriers ?")
    contextless.set_account(families["anne"], state="active")
    office.fills(press="act=print").sees("K03", "Préparer 6 courriers ?")


def test_a_run_requested_twice_does_not_replace_its_letters(
    app: Flask, head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    office = at_console(head).opens(f"{HERE}/letters").fills(press="act=print")
    data = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', office.html)
    sent = {name: [value for key, value in data if key == name] for name, _ in data} | {"act": "print"}
    first, second = (
        office.browser.post(f"{HERE}/letters/question", data=sent | {"once": page}).headers["Location"]
        for page in ("one page", "another")
    )
    work()
    (file,) = re.findall(r'href="(/console/jobs/\d+/files/\d+)">courriers-4b', office.opens(first).html)
    office.opens(second).sees("0 personne a son courrier")
    assert "/files/" not in office.html
    pages = text_of(office.opens(file).page.data)
    letter = of(pages[::2], families["tom"].username)
    password = re.search(r"provisoire\n(\S{4} \S{4} \S{4})\n", letter)[1]
    stranger = Visitor(app).opens("/start/eleve").fills(username=families["tom"].username, password=password)
    stranger.sees("Choisissez votre mot de passe")


def test_a_person_who_chose_a_password_meanwhile_has_no_page(
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    families,
) -> None:
    office = at_console(head).opens(f"{HERE}/letters")
    office.fills(**{"class": "6 A"}, press="act=print").fills(press="act=print")
    contextless.set_account(families["claire"], state="active")
    work()
    office.opens(office.path).sees("2 personnes ont leur courrier. 1 n’en avait plus besoin.")
    file = re.search(r'href="(/console/jobs/\d+/files/\d+)"', office.html)[1]
    assert len(text_of(office.opens(file).page.data)) == 2 * len(("French", "English"))


@pytest.mark.both_engines
def test_the_table_names_classes_and_children(
    head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    office = (
        at_console(head)
        .opens(f"{HERE}/letters")
        .fills(press="act=print", form="csv")
        .fills(press="act=print")
    )
    work()
    file = re.search(r'href="(/console/jobs/\d+/files/\d+)"', office.opens(office.path).html)[1]
    text = office.opens(file).page.data.decode("utf-8-sig")
    table = {row["identifiant"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    assert len(table) == 7
    claire, ali = table[families["claire"].username], table[families["ali"].username]
    assert (claire["classe"], claire["enfants"]) == ("4 B, 6 A", "Tom Durand (4 B), Léa Durand (6 A)")
    assert (ali["classe"], ali["enfants"]) == ("", "")
    assert table[families["lea"].username]["classe"] == "6 A"


@pytest.mark.parametrize("act", ["print", "reset"])
def test_one_letter_and_a_reset_of_many_name_the_school_and_the_family(
    head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families, act
) -> None:
    office = at_console(head)
    if act == "print":
        path = f"{HERE}/people/{families['claire'].account}/act?do=print"
        claire, back = text_of(office.opens(path).fills(press="act=print").page.data)
    else:
        office.opens(f"{HERE}/people/many?do=reset&q=claire").fills(press="act=do")
        work()
        file = re.search(r'href="(/console/jobs/\d+/files/\d+)"', office.opens(office.path).html)[1]
        claire, back = text_of(office.opens(file).page.data)
    assert claire.startswith("Collège des Tilleuls\n")
    assert "Mme Claire Durand" in claire
    assert "Responsable de : Tom Durand Classe 4 B Léa Durand Classe 6 A 1 " in joined(claire)
    assert "Guardian of: Tom Durand Class 4 B Léa Durand Class 6 A 1 " in joined(back)


def test_a_letter_without_a_school_says_which_school_each_child_is_in(
    app: Flask, contextless: World, families
) -> None:
    with app.app_context():
        (letter,) = issue.issue_letters([families["claire"].account], app.extensions["clock"](), "test")
    assert [(child.name, child.class_code, child.school) for child in letter.children] == [
        ("Tom Durand", "4 B", "Collège des Tilleuls"),
        ("Léa Durand", "6 A", "Collège des Tilleuls"),
        ("Zoé Durand", "5 C", "Collège de la Roselière"),
    ]


def test_a_delegate_of_one_class_sees_and_prints_only_that_class(
    app: Flask, contextless: World, families
) -> None:
    with app.app_context():
        school = rights.school_by_uai(reading(), UAI)
        choice = LetterChoice(FAMILIES, frozenset(), "pdf", again=False)
        lines = letter_jobs.plan(school.id, Reach(FAMILIES, frozenset({"6 A"})), choice, "fr", 1)
    assert [(line.code, len(line.accounts)) for line in lines] == [("6 A", 3)]


@pytest.mark.settings(sms=SMS)
@pytest.mark.parametrize(("name", "profile"), [("claire", "responsable"), ("tom", "eleve")])
def test_the_address_of_a_letter_shows_its_instructions(
    app: Flask,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    families,
    name,
    profile,
) -> None:
    """Typed, or by its QR code, also with another person signed in on that browser."""
    papers = prints(at_console(head), work)
    letter = of(papers["courriers-4b-3.pdf"], families[name].username)
    words = " ".join(letter.split())
    assert ("Je n’ai pas de compte" in words) is (profile == "responsable")
    typed = set(re.findall(r"http://localhost\S*?(?=[,.]? )", words))
    assert typed == {f"http://localhost/start/{profile}"}
    username = families[name].username
    for address in (f"/start/{profile}", f"/start?profil={profile}&identifiant={username}"):
        for browser in (Visitor(app), at_console(head)):
            page = browser.opens(address)
            page.sees(f"Connexion {'responsable' if profile == 'responsable' else 'élève'}")
            page.sees("Identifiant", "Mot de passe provisoire", "Entrez les deux codes de votre courrier")
            assert ("un code vous est envoyé" in page.html.lower()) is (profile == "responsable")
            if profile == "responsable":
                page.sees("Le plus rapide : votre téléphone", "Ou avec les codes de ce courrier")
                page.follows("Je n’ai pas de compte").sees("numéro")


def test_two_a_page_with_the_other_language_on_the_back(
    head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    office = at_console(head)
    (pages,) = prints(office, work, "6 A", form="pair", back_in="en").values()
    assert len(pages) == 2 * 2, "three letters on two sheets, printed on both sides"
    for name in ("lea", "claire", "marc"):
        fronts, backs = "\n".join(pages[::2]), "\n".join(pages[1::2])
        assert families[name].username in fronts and families[name].username in backs
    assert "Choisissez votre mot de passe" in fronts and "Choose your password" in backs


@pytest.mark.parametrize(
    ("back_in", "shown", "pages"),
    [
        ("en", "Français, au dos : English.", 6),
        ("fr", "Français, sans rien au dos.", 3),
        ("", "sans rien au dos", 3),
    ],
)
def test_the_back_is_confirmed_with_the_number(
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    families,
    back_in,
    shown,
    pages,
) -> None:
    office = at_console(head).opens(f"{HERE}/letters")
    office.fills(**{"class": "6 A"}, back_in=back_in, press="act=print").sees(shown)
    office.fills(press="act=print")
    work()
    file = re.search(r'href="(/console/jobs/\d+/files/\d+)"', office.opens(office.path).html)[1]
    assert len(text_of(office.opens(file).page.data)) == pages


def test_a_language_that_is_not_offered_is_refused_for_the_back(
    app: Flask, contextless: World, families
) -> None:
    with app.app_context():
        school = rights.school_by_uai(reading(), UAI)
        choice = LetterChoice(FAMILIES, frozenset(), "pdf", again=False)
        with pytest.raises(Refusal, match="K08"):
            letter_jobs.ask(school.id, Reach(FAMILIES, None), choice, "fr", "test", 1, back="de")


def test_the_postal_address_of_the_base_is_in_the_window_by_post_alone(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    families,
) -> None:
    home = {"address": "Bâtiment C\n12 rue des Tilleuls", "postal_code": "17100", "city": "Saintes"}
    with app.app_context(), transaction() as tx:
        tx.execute(update(Person).where(Person.id == families["claire"].person).values(**home))
    office = at_console(head)
    (by_post,) = prints(office, work, "4 B").values()
    claire = of(by_post, families["claire"].username)
    assert "Mme Claire Durand\nBâtiment C\n12 rue des Tilleuls\n17100 SAINTES\n" in claire
    assert "SAINTES" not in of(by_post, families["tom"].username)
    (by_hand,) = prints(office, work, "4 B", form="class", again="1").values()
    claire = of(by_hand, families["claire"].username)
    assert "Mme Claire Durand\nPar Tom Durand\nClasse 4 B\n" in claire and "SAINTES" not in claire


def test_without_sms_no_letter_or_page_mentions_a_telephone(
    app: Flask, head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    papers = prints(at_console(head), work)
    assert "Je n’ai pas de compte" not in of(papers["courriers-4b-3.pdf"], families["claire"].username)
    page = Visitor(app).opens("/start/responsable").sees("Entrez les deux codes de votre courrier")
    assert "Le plus rapide" not in page.html and "SMS" not in page.html


def test_screens_show_a_provisional_password_in_groups_of_four(
    contextless: World, head: Someone, at_console: Callable[[Someone], Visitor], families
) -> None:
    office = (
        at_console(head)
        .opens(f"{HERE}/people/{families['tom'].account}/act?do=reset")
        .fills(press="act=reset")
    )
    assert re.search(r'class="provisional">\S{4} \S{4} \S{4}<', office.html)


def test_a_letters_code_works_while_another_person_is_signed_in(app: Flask, contextless: World) -> None:
    from tests.actors.account_holder import signed_in

    anne = contextless.guardian("Anne", "Petit")
    with app.app_context():
        address = f"/start?profil=responsable&identifiant={anne.username}"
    answer = signed_in(app, anne).browser.get(address, follow_redirects=False)
    visitor = signed_in(app, anne)
    visitor._arrive(answer)
    assert "Mot de passe provisoire" not in visitor.html


def test_the_qr_code_on_paper_is_read_as_the_address_of_that_page(
    app: Flask, head: Someone, at_console: Callable[[Someone], Visitor], work: Callable[[], None], families
) -> None:
    office = at_console(head).opens(f"{HERE}/letters").fills(**{"class": "4 B"}, press="act=print")
    office.fills(press="act=print")
    work()
    file = re.search(r'href="(/console/jobs/\d+/files/\d+)"', office.opens(office.path).html)[1]
    paper = office.opens(file).page.data
    read = set()
    for number, text in enumerate(text_of(paper)):
        (address,) = squares_of(paper, number)
        username = families["claire" if "Mme Claire" in text else "tom"].username
        assert address.endswith(f"identifiant={username}&etab=0990001N")
        Visitor(app).opens(address.removeprefix("http://localhost")).sees(
            f'value="{username}"', "Mot de passe provisoire", "Entrez les deux codes de votre courrier"
        )
        read.add(address)
    assert len(read) == 2
