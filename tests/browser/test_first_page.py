"""The first page that a family sees: nothing moves while it loads, and its menu of languages needs no script."""

import pytest
from playwright.sync_api import expect

from tests.actors.service_in_a_browser import Opens, heading
from tests.browser.conftest import Desk, looks_right_everywhere
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser
NOTES_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifts += entry.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_it_loads(desk: Desk, opens: Opens, width: int) -> None:
    page = desk.window(width)
    page.add_init_script(NOTES_SHIFTS)
    page.goto(opens().asks(), wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    expect(page.get_by_role("button", name="Se connecter avec une clé d’accès")).to_be_visible()
    assert page.evaluate("window.shifts") < 0.001


def test_the_languages_need_no_script(desk: Desk, served: Served) -> None:
    page = desk.window(360, java_script_enabled=False)
    page.goto(f"{served.issuer}/help")
    expect(page.get_by_role("button", name="English")).to_be_hidden()
    page.locator("summary").first.click()
    page.get_by_role("button", name="English").click()
    heading(page, "Help")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_menu_of_languages_closes_by_escape(desk: Desk, served: Served) -> None:
    page = desk.window()
    page.goto(f"{served.issuer}/help")
    page.locator("summary").first.click()
    looks_right_everywhere(page, "languages")
    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="English")).to_be_hidden()
    expect(page.locator("summary").first).to_be_focused()
