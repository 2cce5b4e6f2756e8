"""Pages that no other test comes to: the rest of the three services, each mail, each letter."""

import os
import re
from pathlib import Path

import pypdfium2
import pytest
import requests
from playwright.sync_api import Page

from tests.actors.in_a_browser import accept_terms, fill_date, press
from tests.browser.conftest import Desk, looks_right
from tests.browser.shots import WIDTHS
from tests.journeys.conftest import Demo
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser
ICART = (
    "apps?look=list",
    "favourites",
    "services",
    "library",
    "departement",
    "sites/rectorat",
    "mail",
    "pages",
    "pages/new",
    "files",
)
PRONOTE = ("marks", "homework", "absences", "phone")


def at_the_portal(page: Page, demo: Demo, name: str) -> None:
    card = demo.card(name)
    page.goto(f"{demo.icart}/login")
    page.get_by_label("Identifiant").fill(card["username"])
    page.get_by_label("Mot de passe", exact=True).fill(card["password"])
    press(page, "Se connecter")
    fill_date(page, card["birth_date"].split("/"))
    press(page, "Continuer")
    accept_terms(page, demo)


@pytest.mark.parametrize("name", ["guardian", "pupil"])
def test_the_rest_of_the_services(desk: Desk, demo: Demo, name: str) -> None:
    page = desk.window(360)
    at_the_portal(page, demo, name)
    for path in ICART:
        page.goto(f"{demo.icart}/{path}")
        looks_right(page, f"{name}-icart-{re.sub('[^a-z]', '-', path)}")
    page.goto(f"{demo.icart}/mail")
    page.locator("a[href^='/mail/']").first.click()
    looks_right(page, f"{name}-icart-message")
    page.goto(f"{demo.pronote}/login")
    for path in PRONOTE:
        page.goto(f"{demo.pronote}/{path}")
        looks_right(page, f"{name}-pronote-{path}")
    if name == "guardian":
        page.goto(f"{demo.teleservices}/login")
        page.goto(f"{demo.teleservices}/contact")
        looks_right(page, "teleservices-contact")
    page.goto(f"{demo.icart}/nowhere")
    looks_right(page, f"{name}-icart-not-found")


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="only for `make shots`")
def test_the_mails_and_letters(desk: Desk, served: Served) -> None:
    """What they hold is tested in tests/web/test_mail_design.py and tests/letters."""
    folder = Path(os.environ["SCREENSHOTS"])
    page = desk.window()
    page.goto(f"{served.issuer}/design/mails")
    kinds = page.get_by_role("navigation", name="Mails").get_by_role("link").all_inner_texts()
    for language in ("fr", "en", "ar"):
        for kind in kinds:
            page.goto(f"{served.issuer}/design/mails/html?kind={kind}&mail_in={language}")
            for width in (WIDTHS[-1], WIDTHS[-2]):
                page.set_viewport_size({"width": width, "height": 800})
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    page.screenshot(
                        path=folder / f"mail-{kind}.{language}-{scheme}-{width}.png", full_page=True
                    )
        for form in ("post", "class", "pair"):
            paper = requests.get(
                f"{served.issuer}/design/letter.pdf?form={form}&mail_in={language}", timeout=30
            ).content
            for number, sheet in enumerate(pypdfium2.PdfDocument(paper), start=1):
                picture = sheet.render(scale=1280 / sheet.get_width()).to_pil()
                picture.save(folder / f"letter-{form}-{number}.{language}-light-1280.png")
