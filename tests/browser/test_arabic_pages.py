"""Pages that are read from the right: numbers in groups and names of other languages keep their order, arrows turn."""

import pytest
from playwright.sync_api import Page, expect

from tests.actors.visitor import SMS
from tests.browser.conftest import Desk
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser
PLACES = """([phrase, words]) => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const begin = node.data.replaceAll("\\u00a0", " ").indexOf(phrase);
    if (begin < 0 || !node.parentElement.checkVisibility()) continue;
    return words.map((word) => {
      const at = node.data.indexOf(word, begin);
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      return range.getBoundingClientRect().left;
    });
  }
}"""
"""Where the words of a phrase are on the page, from the left."""


def in_arabic(page: Page, served: Served) -> None:
    page.goto(f"{served.issuer}/help")
    page.locator("summary").first.click()
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def is_in_order(page: Page, phrase: str) -> bool:
    places = page.evaluate(PLACES, [phrase, phrase.split()])
    return places is not None and places == sorted(places) and len(set(places)) == len(places)


@pytest.mark.settings(sms=SMS)
def test_an_example_of_a_number_is_read_from_the_left(desk: Desk, served: Served) -> None:
    page = desk.window(360)
    in_arabic(page, served)
    page.goto(f"{served.issuer}/activation")
    assert is_in_order(page, "06 12 34 56 78")


@pytest.mark.settings(sms=SMS)
def test_an_account_keeps_the_order_of_numbers_and_of_names(desk: Desk, served: Served) -> None:
    with served.app.app_context():
        guardian = served.world.guardian(mobile="+33639981274")
        served.world.family(guardian, served.world.pupil(class_code="4 A"))
    page = desk.window(360)
    in_arabic(page, served)
    page.goto(f"{served.issuer}/account")
    page.locator("#username").fill(guardian.username)
    page.locator("#password").fill(guardian.password)
    page.locator("#password").press("Enter")
    expect(page.locator(".cards").first).to_be_visible()
    assert is_in_order(page, "06 39 98 12 74")
    assert is_in_order(page, "4 A, Collège des Tilleuls")
    turned = page.locator(".card-link .turns").first.evaluate("icon => getComputedStyle(icon).transform")
    assert turned.startswith("matrix(-1,")
