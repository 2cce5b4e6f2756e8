"""One login opens services of OpenID Connect, CAS and SAML; one logout closes the three. Each order, in a real browser.

OpenID Connect and CAS are notified from server to server, the service of SAML in a frame of the browser. A run has each order
once and each service's logout twice; the seed of the engines draws which order ends where, `--engines=both` has all 18.
"""

import os
import re
from itertools import permutations

import pytest
from playwright.sync_api import Page, expect

from tests.actors.in_a_browser import accept_terms, fill_date, press
from tests.browser.conftest import Desk, follow, looks_right, looks_right_everywhere
from tests.engines import draw
from tests.journeys.conftest import Demo
from tests.watching import eventually

pytestmark = pytest.mark.browser

PROTOCOLS = ("oidc", "cas", "saml")


PORTAL = (
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


def sign_in(page: Page, demo: Demo, name: str = "pupil") -> None:
    card = demo.card(name)
    page.get_by_label("Identifiant").fill(card["username"])
    page.get_by_label("Mot de passe", exact=True).fill(card["password"])
    press(page, "Se connecter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Est-ce bien vous ?")
    fill_date(page, card["birth_date"].split("/"))
    press(page, "Continuer")


def shows_a_pupil(page: Page, demo: Demo, protocol: str) -> None:
    if protocol == "oidc":
        expect(page.get_by_role("link", name="Notes", exact=True)).to_be_visible()
    else:
        expect(page.get_by_role("main")).to_contain_text("National_ELV")
        expect(page.get_by_role("main")).to_contain_text(demo.card("pupil")["username"])


def addresses(demo: Demo) -> dict[str, str]:
    return {"oidc": demo.pronote, "cas": demo.pronote_cas, "saml": demo.ent_saml}


def is_closed(page: Page, address: str) -> None:
    """The service asks for a login; a notice from server to server may take the worker's next turn.

    The browser's cookies ask, not its window, which the last page of the logout may still be leading elsewhere.
    """
    eventually(lambda: "Se connecter" in page.request.get(address).text(), pause=0.2)


def logs_out(page: Page, demo: Demo, protocol: str) -> None:
    page.goto(addresses(demo)[protocol])
    role = "button" if protocol == "oidc" else "link"
    follow(page, page.get_by_role(role, name="Se déconnecter", exact=True).first)
    press(page, "Se déconnecter")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "logged_out_at" not in metafunc.fixturenames:
        return
    option = metafunc.config.option
    turn = draw("which order ends where", option.engine_seed)
    cases = [
        pytest.param(order, ending, id=f"{', '.join(order)}; {ending}")
        for number, order in enumerate(permutations(PROTOCOLS))
        for place, ending in enumerate(PROTOCOLS)
        if option.engines == "both" or place == (number + turn) % len(PROTOCOLS)
    ]
    metafunc.parametrize(("order", "logged_out_at"), cases)


def test_one_login_opens_them_all_and_one_logout_closes_them_all(
    desk: Desk, demo: Demo, order: tuple[str, ...], logged_out_at: str
) -> None:
    page = desk.window()
    page.goto(f"{addresses(demo)[order[0]]}/login")
    sign_in(page, demo)
    shows_a_pupil(page, demo, order[0])
    for protocol in order[1:]:
        page.goto(f"{addresses(demo)[protocol]}/login")
        shows_a_pupil(page, demo, protocol)
    logs_out(page, demo, logged_out_at)
    # Back at the service that asked, or on the last page: either way by a page of its own.
    expect(page.get_by_text(re.compile("déconnecté|Se connecter")).first).to_be_visible()
    for address in addresses(demo).values():
        is_closed(page, address)


@pytest.mark.parametrize("protocol", ["cas", "saml"])
def test_the_pages_of_the_services_are_accessible(desk: Desk, demo: Demo, protocol: str) -> None:
    page = desk.window()
    page.goto(addresses(demo)[protocol])
    looks_right_everywhere(page, f"{protocol}-before")
    page.goto(f"{addresses(demo)[protocol]}/login")
    sign_in(page, demo)
    shows_a_pupil(page, demo, protocol)
    looks_right_everywhere(page, f"{protocol}-after")


# tests/clients/test_in_a_browser.py looks at those of a guardian, wide and narrow.
@pytest.mark.parametrize("name", ["guardian", "pupil"] if "SCREENSHOTS" in os.environ else ["pupil"])
def test_the_other_pages_of_portal_and_pronote(desk: Desk, demo: Demo, name: str) -> None:
    page = desk.window(360)
    page.goto(f"{demo.icart}/login")
    sign_in(page, demo, name)
    accept_terms(page, demo)
    for path in PORTAL:
        page.goto(f"{demo.icart}/{path}")
        looks_right(page, f"{name}-icart-{re.sub('[^a-z]', '-', path)}")
    page.goto(f"{demo.icart}/mail")
    follow(page, page.locator("a[href^='/mail/']").first)
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
