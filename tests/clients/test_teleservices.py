"""Téléservices: filing for a child, the other guardian, seasons, and mails to the school."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from clients.store import Visitor
from clients.teleservices import filings
from clients.teleservices.campaigns import CAMPAIGNS, is_open
from clients.teleservices.procedures import CONTACT, PROCEDURES, procedure, read_answers
from tests.actors.person import Person
from tests.clients.conftest import FATHER, LÉO, MOTHER, ZOE, LogIn, Service, Start
from tests.clients.outside import free_port
from tests.clients.pressing import press

BOURSE = {"income": "24 000", "dependants": "3", "household": "Deux parents"}
ORIENTATION = {"first_wish": "CAP", "second_wish": "Aucun", "reasons": "Elle aime le bois.\nBeaucoup."}
CONTACTS = {"phone": "06 11 22 33 44", "mail": "anna@example.net", "address": "3 rue des Lilas"}


def answers(someone: Person, address: str, code: str, values: dict[str, str]) -> Person:
    """Go through the steps of a procedure, up to the page that shows all answers again."""
    wanted = procedure(code)
    assert wanted is not None
    someone.opens(f"{address}/1")
    for step in wanted.steps:
        someone.fills(**{field.name: values[field.name] for field in step.fields})
    return someone


def files(someone: Person, address: str, code: str, values: dict[str, str]) -> Person:
    """All steps, then send; a correction too."""
    answers(someone, address, code, values).sees("Relisez vos réponses")
    label = "Envoyer" if "Envoyer</button>" in someone.html else "Enregistrer la correction"
    someone.page = press(someone, label)
    return someone


def test_a_filing_is_checked_stored_and_shown(start: Start, logs_in: LogIn) -> None:
    service = start("teleservices")
    address = f"{service.address}/bourse/{ZOE['sub']}"
    someone = logs_in(service, MOTHER).sees("Demande de bourse", "pour Zoé Martin", "À faire").opens(address)
    someone.sees("Avant de commencer", "Le dernier avis d’impôt")
    answers(someone, address, "bourse", {**BOURSE, "income": "beaucoup"})
    someone.sees("écrivez un nombre entier", 'value="beaucoup"', 'aria-invalid="true"')
    assert service.rows("filings") == []
    someone.fills(income="24 000").sees("Relisez vos réponses", "24 000", "Deux parents")
    assert service.rows("filings") == [], "nothing is sent before the last button"
    someone.page = press(someone, "Envoyer")
    someone.sees("C’est enregistré", "Peut encore être corrigée")
    again = start("teleservices")
    address = f"{again.address}/bourse/{ZOE['sub']}"
    someone = logs_in(again, MOTHER).sees("Envoyée le").opens(address).sees("24 000", "Deux parents")
    someone.opens(f"{address}/1").sees('value="Deux parents" id="household" checked')
    files(someone, address, "bourse", {**BOURSE, "dependants": "4"}).sees("C’est enregistré", "<dd>4</dd>")


def test_steps_are_kept_until_they_are_sent(start: Start, logs_in: LogIn) -> None:
    service = start("teleservices")
    address = f"{service.address}/bourse/{ZOE['sub']}"
    logs_in(service, MOTHER).opens(f"{address}/1").fills(household="Autre", dependants="2").sees(
        "Les revenus"
    )
    again = start("teleservices")
    address = f"{again.address}/bourse/{ZOE['sub']}"
    someone = logs_in(again, MOTHER).sees("Commencée").opens(address).follows("Reprendre")
    assert someone.address == f"{address}/2", "the step that has no answer yet"
    someone.fills(income="9000").sees("Relisez vos réponses", "Autre")
    father = logs_in(again, FATHER)
    assert "Commencée" not in father.html and " checked" not in father.opens(f"{address}/check").html


def test_a_correction_that_is_not_sent_changes_nothing(teleservices: Service, logs_in: LogIn) -> None:
    address = f"{teleservices.address}/bourse/{ZOE['sub']}"
    mother = files(logs_in(teleservices, MOTHER), address, "bourse", BOURSE)
    answers(mother, address, "bourse", {**BOURSE, "income": "1"}).sees("Enregistrer la correction")
    mother.opens(address).sees("24 000", "Une correction est commencée")
    assert teleservices.rows("filings")[0]["answers"].count("24 000") == 1


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999"])
def test_a_step_that_does_not_exist_is_no_page(number: str, teleservices: Service, logs_in: LogIn) -> None:
    address = f"{teleservices.address}/bourse/{ZOE['sub']}/{number}"
    logs_in(teleservices, MOTHER).opens(address).sees("n’existe pas")


def test_a_grant_application_is_seen_by_its_author_alone(teleservices: Service, logs_in: LogIn) -> None:
    address = f"{teleservices.address}/bourse/{ZOE['sub']}"
    files(logs_in(teleservices, MOTHER), address, "bourse", BOURSE)
    father = logs_in(teleservices, FATHER).opens(address)
    assert "24 000" not in father.html
    files(father, address, "bourse", {**BOURSE, "income": "1"}).sees("C’est enregistré")
    logs_in(teleservices, MOTHER).opens(address).sees("24 000")


def test_orientation_entered_by_one_guardian_can_only_be_read_by_the_other(
    teleservices: Service, logs_in: LogIn
) -> None:
    address = f"{teleservices.address}/orientation/{ZOE['sub']}"
    mother = answers(logs_in(teleservices, MOTHER), address, "orientation", ORIENTATION)
    father = answers(
        logs_in(teleservices, FATHER), address, "orientation", {**ORIENTATION, "first_wish": "Redoublement"}
    )
    mother.page = press(mother, "Envoyer")
    mother.sees("C’est enregistré")
    # His last page was open before she sent hers.
    father.page = press(father, "Envoyer")
    father.sees("Saisie par Anna Martin", "Elle aime le bois.", "<dd>CAP</dd>")
    assert "<button" not in father.html.partition("<main")[2], "he can change nothing"
    for page in ("1", "2", "check"):
        father.opens(f"{address}/{page}")
        assert father.address == address
    father.opens(teleservices.address).sees("par Anna Martin")
    files(mother, address, "orientation", {**ORIENTATION, "first_wish": "Redoublement"})
    mother.sees("<dd>Redoublement</dd>")
    assert [row["author"] for row in teleservices.rows("filings")] == [MOTHER["sub"]]


def test_of_two_guardians_at_once_one_is_the_author(teleservices: Service) -> None:
    orientation = next(known for known in PROCEDURES if known.code == "orientation")
    store = teleservices.app.extensions["store"]
    together = threading.Barrier(2)

    def file(person: dict[str, Any]) -> bool:
        someone = Visitor("d", "s", person["sub"], "t", person)
        together.wait()
        is_author = filings.keep(store, orientation, "c", someone, ORIENTATION, 1)
        store.close()
        return is_author

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(file, (MOTHER, FATHER))) == [False, True]
    assert len(teleservices.rows("filings")) == 1


@pytest.mark.parametrize("path", [f"bourse/{LÉO['sub']}", "bourse/nobody", f"invented/{ZOE['sub']}"])
def test_nobody_files_for_the_child_of_others_or_what_does_not_exist(
    path: str, teleservices: Service, logs_in: LogIn
) -> None:
    logs_in(teleservices, FATHER).opens(f"{teleservices.address}/{path}").sees("n’existe pas")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("income", ""),
        ("income", "-5"),
        ("income", "1e5"),
        ("income", "٣٤"),
        ("income", "1" * 10),
        ("dependants", "0"),
        ("dependants", "21"),
        ("dependants", "two"),
        ("household", ""),
        ("household", "Autre chose"),
    ],
)
def test_an_invalid_answer_is_named(field: str, text: str) -> None:
    bourse = next(known for known in PROCEDURES if known.code == "bourse")
    _, faults = read_answers(bourse.fields, {**BOURSE, field: text})
    assert list(faults) == [field]
    assert read_answers(bourse.fields, BOURSE)[1] == {}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "06"),
        ("phone", "1" * 21),
        ("mail", "anna"),
        ("mail", "a@b"),
        ("mail", "a b@c.d"),
        ("address", "x" * 501),
    ],
)
def test_an_invalid_contact_detail_is_named(field: str, text: str) -> None:
    assert list(read_answers(CONTACT, {**CONTACTS, field: text})[1]) == [field]
    assert read_answers(CONTACT, {**CONTACTS, "address": ""})[1] == {}


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("bourse", date(2026, 9, 1), True),
        ("bourse", date(2026, 10, 16), True),
        ("bourse", date(2026, 10, 17), False),
        ("bourse", date(2026, 8, 31), False),
        ("orientation", date(2026, 11, 30), False),
        ("orientation", date(2026, 12, 31), True),
        ("orientation", date(2027, 1, 1), True),
        ("orientation", date(2027, 6, 13), False),
        ("paiement", date(2026, 11, 23), False),
    ],
)
def test_a_campaign_is_open_in_its_season(code: str, day: date, expected: bool) -> None:
    assert is_open(code, day, ()) is expected
    assert is_open(code, day, (code,)) is (code != "paiement")


@pytest.mark.parametrize(
    ("code", "day", "state"),
    [
        ("bourse", date(2026, 9, 20), "Ouverte"),
        ("bourse", date(2026, 11, 23), "Ouverte exceptionnellement"),
        ("orientation", date(2026, 11, 23), "Fermée"),
        ("paiement", date(2026, 11, 23), "Au secrétariat"),
    ],
)
def test_the_calendar_shows_the_state_of_a_campaign(code: str, day: date, state: str) -> None:
    campaign = next(known for known in CAMPAIGNS if known.code == code)
    assert campaign.state(day, ("bourse", "paiement")) == state


def test_every_procedure_has_its_campaign() -> None:
    codes = {campaign.code for campaign in CAMPAIGNS if campaign.is_online}
    assert codes == {known.code for known in PROCEDURES} | {"fiche"}


def test_out_of_season_filings_are_read_only(
    start: Start, logs_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = start("teleservices")
    address = f"bourse/{ZOE['sub']}"
    files(logs_in(service, MOTHER), f"{service.address}/{address}", "bourse", BOURSE)

    monkeypatch.setattr("clients.dates.today", lambda: date(2026, 7, 20))
    closed = start("teleservices", open_now=())
    someone = logs_in(closed, MOTHER).sees("La campagne est fermée", "du 1er septembre au 16 octobre")
    main = someone.html.partition("<main")[2]
    assert "/orientation/" not in main and "Voir ou corriger" not in main
    someone.opens(f"{closed.address}/{address}").sees(
        "ne changent plus", "24 000", "Les corrections sont closes"
    )
    token = re.findall(r'name="csrf_token" value="(.*?)"', someone.html)[0]
    for page in ("2", "check"):
        form = {"income": "1", "csrf_token": token}
        someone.page = someone.http.post(f"{closed.address}/{address}/{page}", data=form, timeout=10)
        someone.sees("ne changent plus", "24 000")
    someone.opens(f"{closed.address}/bourse/{LÉO['sub']}").sees("n’existe pas")
    someone.opens(f"{closed.address}/contact").sees("n’existe pas")


class Postbox:
    """An SMTP server's inside; it refuses while `refuses`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 Later, please"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


def until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.teleservices.notifications.POLL", 0.02)


@pytest.mark.usefixtures("hurried")
def test_the_school_gets_a_mail_about_changed_details(
    start: Start, logs_in: LogIn, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    smtp_settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "school_mail": "office@college.example"}
    service = start("teleservices", **smtp_settings)
    someone = logs_in(service, {**MOTHER, "name": "Anna\r\nBcc: x@y.z"}).opens(f"{service.address}/contact")
    someone.sees("+33612345678", "anna.martin@example.org")
    someone.fills(**CONTACTS).sees("L’établissement est prévenu", "3 rue des Lilas")
    until(lambda: box.mails)
    mail = box.mails[0]
    assert mail["To"] == "office@college.example"
    assert mail["Subject"] == "Coordonnées changées : Anna Bcc: x@y.z"
    text = mail.get_content()
    assert "Téléphone portable : +33612345678 -> 06 11 22 33 44" in text
    assert "Adresse postale : (vide) -> 3 rue des Lilas" in text
    assert "Zoé Martin, Léo Martin" in text
    until(lambda: service.rows("notifications") == [])
    someone.fills(**CONTACTS).sees("Rien n’a changé")
    assert service.rows("notifications") == [] and len(box.mails) == 1


@pytest.mark.usefixtures("hurried")
def test_a_notification_waits_for_the_mail_server_and_outlives_a_restart(
    start: Start, logs_in: LogIn, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    nowhere = start("teleservices", smtp_port=1)
    logs_in(nowhere, MOTHER).opens(f"{nowhere.address}/contact").fills(**CONTACTS).sees("C’est enregistré")
    assert len(nowhere.rows("notifications")) == 1
    nowhere.app.extensions["notifier"].stop()
    box.refuses = True
    later = start("teleservices", smtp_host="127.0.0.1", smtp_port=port)
    until(lambda: later.rows("notifications"))
    assert box.mails == []
    box.refuses = False
    until(lambda: box.mails)
    until(lambda: later.rows("notifications") == [])


def test_an_invalid_detail_is_shown_again_and_not_stored(teleservices: Service, logs_in: LogIn) -> None:
    someone = logs_in(teleservices, MOTHER).opens(f"{teleservices.address}/contact")
    someone.fills(**{**CONTACTS, "mail": "anna"}).sees(
        "n’est pas complète", 'value="anna"', 'aria-invalid="true"'
    )
    assert teleservices.rows("contacts") == [] and teleservices.rows("notifications") == []
    assert re.search(r'href="#mail"', someone.html)
