"""The journeys of a family counted in pages, fields and clicks: docs/journeys.md states these figures."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.actors.in_a_browser import birth_date
from tests.actors.person import mails
from tests.browser.conftest import Desk
from tests.browser.counting import Journey
from tests.journeys.conftest import Demo
from tests.watching import eventually

pytestmark = pytest.mark.browser
PASSWORD = "Poires-Vertes-1848"
DOCUMENT = Path(__file__).parents[2] / "docs" / "journeys.md"


def newest_code(demo: Demo, address: str) -> str:
    newest = eventually(lambda: mails(demo.mailbox, address), pause=0.1)
    match = re.search(r"\b(\d{3}) ?(\d{3})\b", newest[-1]["text"])
    assert match is not None
    return "".join(match.groups())


def stated(name: str) -> tuple[int, int, int]:
    """(pages, fields, clicks) of a journey in the document's table."""
    row = next(
        line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {name} |")
    )
    now = row.split("|")[3]
    pages, fields, clicks = map(int, re.findall(r"\d+", now))
    return pages, fields, clicks


def first_steps(journey: Journey, demo: Demo, name: str, address: str) -> None:
    """From the sign-in page with the letter's codes to the confirmed address."""
    journey.fills({"Nouveau mot de passe": PASSWORD, "Le même, encore une fois": PASSWORD})
    journey.presses("Enregistrer ce mot de passe")
    day, month, year = birth_date(demo, name)
    journey.fills({"Votre adresse mail": address, "Jour": day, "Mois": month, "Année": year})
    journey.presses("Continuer")
    # With a space, as the message shows it.
    code = newest_code(demo, address)
    journey.writes_the_code("Ou écrivez ici le code du message", f"{code[:3]} {code[3:]}")


def at_the_portal(page: Page, demo: Demo) -> None:
    expect(page).to_have_url(re.compile(re.escape(demo.icart)))


def test_a_first_login_from_the_letters_square_to_the_portal(desk: Desk, demo: Demo) -> None:
    card = demo.card("guardian_new")
    journey = Journey(desk.window(360))
    journey.opens(f"{demo.provider}/start?profil=responsable&identifiant={card['username']}")
    journey.fills({"Mot de passe provisoire": card["password"]})
    journey.presses("Se connecter")
    first_steps(journey, demo, "guardian_new", "counted@example.org")
    at_the_portal(journey.page, demo)
    assert journey.counted == stated("First login, by the letter’s square"), journey.titles
    assert journey.fields <= 9 and journey.pages <= 6


def test_a_first_login_from_the_portals_entry(desk: Desk, demo: Demo) -> None:
    card = demo.card("guardian_other")
    journey = Journey(desk.window())
    journey.opens(demo.icart)
    journey.presses("Élève et parent", "link")
    journey.fills({"Identifiant": card["username"], "Mot de passe": card["password"]})
    journey.presses("Se connecter")
    first_steps(journey, demo, "guardian_other", "counted-too@example.org")
    at_the_portal(journey.page, demo)
    assert journey.counted == stated("First login, from the portal"), journey.titles
    assert journey.fields <= 9 and journey.pages <= 6


def test_a_lost_password_on_a_known_device(desk: Desk, demo: Demo) -> None:
    card = demo.card("guardian")
    page = desk.window()
    known = Journey(page)
    known.opens(f"{demo.provider}/account")
    known.fills({"Identifiant": card["username"], "Mot de passe": card["password"]})
    known.presses("Se connecter")
    day, month, year = card["birth_date"].split("/")
    known.fills({"Jour": day, "Mois": month, "Année": year})
    known.presses("Continuer")
    page.goto(f"{demo.provider}/logout")
    page.get_by_role("button", name="Se déconnecter").first.click()
    page.wait_for_load_state()
    journey = Journey(page)
    journey.opens(f"{demo.icart}/login")
    journey.presses("Mot de passe perdu", "link")
    journey.fills({"Identifiant": card["username"]})
    journey.presses("Continuer")
    code = newest_code(demo, f"{card['username']}@example.org")
    journey.writes_the_code("Code à 6 chiffres", code)
    journey.fills({"Nouveau mot de passe": PASSWORD, "Le même, encore une fois": PASSWORD})
    journey.presses("Enregistrer ce mot de passe")
    at_the_portal(page, demo)
    assert journey.counted == stated("Lost password"), journey.titles
    assert journey.pages <= 5
