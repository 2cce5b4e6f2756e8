"""A guardian with a letter's codes, and what they do on the pages of the first login in Chromium."""

import pytest
from playwright.sync_api import Page

from tests.actors.service_in_a_browser import press
from tests.actors.world import Someone, waiting_messages
from tests.peers.conftest import Served

CHOSEN = "Poires-Vertes-1848"


@pytest.fixture
def claire(served: Served) -> Someone:
    """A guardian with a letter's codes, and one child, born on 14 March 2015."""
    with served.app.app_context():
        world = served.world
        guardian = world.guardian(state="notified")
        world.family(guardian, world.pupil())
    return guardian


def newest_mail(served: Served) -> dict[str, str]:
    with served.app.app_context():
        facts: dict[str, str] = waiting_messages("mail")[-1]["facts"]
        return facts


def choose(page: Page, password: str, again: str) -> None:
    page.get_by_label("Nouveau mot de passe", exact=True).fill(password)
    page.get_by_label("Le même, encore une fois", exact=True).fill(again)
    press(page, "Enregistrer ce mot de passe")


def prove(page: Page, mail: str, day: str, month: str, year: str) -> None:
    page.get_by_label("Votre adresse mail").fill(mail)
    for label, value in (("Jour", day), ("Mois", month), ("Année", year)):
        page.get_by_label(label).fill(value)
    press(page, "Continuer")
