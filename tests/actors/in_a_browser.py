"""What a person does on pages in Chromium."""

import re

from playwright.sync_api import Page

from tests.browser.conftest import looks_right
from tests.journeys.conftest import Demo


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def fill_date(page: Page, parts: list[str]) -> None:
    for label, part in zip(("Jour", "Mois", "Année"), parts, strict=True):
        page.get_by_label(label).fill(part)


def accept_terms(page: Page, demo: Demo) -> None:
    """At the portal, which may still be loading; it asks once."""
    page.wait_for_url(f"{demo.icart}/**")
    if "Conditions" in page.title():
        looks_right(page, "terms")
        page.get_by_label("J’ai lu").check()
        press(page, "Accepter")
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("link", name="Fermer").click()


def birth_date(demo: Demo, name: str) -> list[str]:
    match = re.search(r"(\d\d)/(\d\d)/(\d{4})", demo.card(name)["look"])
    assert match is not None
    return list(match.groups())
