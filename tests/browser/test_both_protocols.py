"""One login opens a service of OpenID Connect and one of CAS; one logout closes both. Each order, in a real browser."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.actors.in_a_browser import fill_date, press
from tests.browser.conftest import Desk, follow, looks_right
from tests.journeys.conftest import Demo

pytestmark = pytest.mark.browser

ORDERS = ("by OpenID Connect, then CAS", "by CAS, then OpenID Connect")


def sign_in(page: Page, demo: Demo) -> None:
    card = demo.card("pupil")
    page.get_by_label("Identifiant").fill(card["username"])
    page.get_by_label("Mot de passe", exact=True).fill(card["password"])
    press(page, "Se connecter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Est-ce bien vous ?")
    fill_date(page, card["birth_date"].split("/"))
    press(page, "Continuer")


def shows_a_pupil(page: Page, demo: Demo, protocol: str) -> None:
    if protocol == "cas":
        expect(page.get_by_role("main")).to_contain_text("National_ELV")
        expect(page.get_by_role("main")).to_contain_text(demo.card("pupil")["username"])
    else:
        expect(page.get_by_role("link", name="Notes", exact=True)).to_be_visible()


@pytest.mark.parametrize("logged_out_at", ["oidc", "cas"])
@pytest.mark.parametrize("order", ORDERS)
def test_one_login_opens_both_and_one_logout_closes_both(
    desk: Desk, demo: Demo, order: str, logged_out_at: str
) -> None:
    page, addresses = desk.window(), {"oidc": demo.pronote, "cas": demo.pronote_cas}
    first, second = ("oidc", "cas") if order == ORDERS[0] else ("cas", "oidc")
    page.goto(f"{addresses[first]}/login")
    sign_in(page, demo)
    shows_a_pupil(page, demo, first)
    page.goto(f"{addresses[second]}/login")
    shows_a_pupil(page, demo, second)
    if (first, logged_out_at) == ("cas", "cas"):
        page.goto(demo.pronote_cas)
        looks_right(page, "pronote_cas")
    page.goto(addresses[logged_out_at])
    leaves = page.get_by_role(
        "button" if logged_out_at == "oidc" else "link", name="Se déconnecter", exact=True
    )
    follow(page, leaves.first)
    press(page, "Se déconnecter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("déconnecté"))
    for address in addresses.values():
        deadline = time.monotonic() + 20
        page.goto(address)
        while page.get_by_role("link", name="Se connecter").count() == 0:
            assert time.monotonic() < deadline, f"{address} was not notified"
            page.goto(address)
