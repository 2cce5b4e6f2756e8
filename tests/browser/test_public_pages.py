"""Each public page of the demonstration: what Lighthouse measures cheaply and surely, and other ways of looking at a page.

`make lighthouse` asks Lighthouse itself.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.actors.public_pages import PUBLIC_PAGES, PublicPage
from tests.browser.conftest import Desk
from tests.browser.modes import BORDERLESS, MOVES, PRINTED, focus_places, out_of_order, scrolls_sideways
from tests.journeys.conftest import Demo

pytestmark = pytest.mark.browser
NOTES_SHIFTS = """
window.shifted = 0;
const noteShifts = (entries) => { for (const entry of entries) shifted += entry.value; };
window.shifts = new PerformanceObserver((list) => noteShifts(list.getEntries()));
shifts.observe({ type: "layout-shift", buffered: true });
window.frame = () => new Promise(requestAnimationFrame);
window.shiftsSoFar = async () => { await frame(); await frame(); noteShifts(shifts.takeRecords()); return shifted; };
"""
LARGEST_SHIFT = 0.02
"""In Lighthouse's measure, whose limit is 0.1, when the typeface comes late: some word goes to the next line."""
FIRST_PAGE = 40_000
"""Bytes as they travel, of the page with its style, scripts, pictures and typeface."""
HEAD = """() => ({
  language: document.documentElement.lang,
  title: document.title.trim(),
  description: document.querySelector("meta[name=description]")?.content.trim(),
  viewport: document.querySelector("meta[name=viewport]")?.content,
})"""


@pytest.mark.parametrize("public_page", PUBLIC_PAGES, ids=str)
def test_a_public_page(desk: Desk, demo: Demo, public_page: PublicPage) -> None:
    page = desk.window(360)
    public_page.opens(page, demo)
    arrives(page)
    has_its_head(page)
    fits_when_enlarged(page)
    follows_the_keyboard(page)
    shows_in_forced_colours(page)
    prints_its_content(page)


def arrives(page: Page) -> None:
    """Asked for anew, without what the browser has stored; its typeface comes when the page has long been seen."""
    held: list[Route] = []
    asked: list[str] = []
    sizes: list[float] = []
    page.add_init_script(NOTES_SHIFTS)
    page.route("**/*.woff2*", lambda route: held.append(route))
    page.on("request", lambda request: asked.append(request.url))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(page.url, wait_until="domcontentloaded")
    assert page.evaluate("shiftsSoFar()") == 0
    for typeface in held:
        typeface.continue_()
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    shifted = page.evaluate("shiftsSoFar()")
    assert len(held) == 1
    assert shifted <= LARGEST_SHIFT
    here = urlsplit(page.url).netloc
    elsewhere = [url for url in asked if urlsplit(url).scheme != "data" and urlsplit(url).netloc != here]
    assert not elsewhere
    assert len(sizes) >= 2
    assert sum(sizes) <= FIRST_PAGE, f"{sum(sizes)} bytes: {sizes}"
    network.detach()


def has_its_head(page: Page) -> None:
    head = page.evaluate(HEAD)
    assert head["language"] == "fr"
    assert len(head["title"]) > 5 and len(head["description"]) > 30
    assert head["viewport"].startswith("width=device-width") and "user-scalable" not in head["viewport"]


def fits_when_enlarged(page: Page) -> None:
    """WCAG 1.4.10: 320 px; 640 px are 1280 at 200 %."""
    assert not scrolls_sideways(page, 320)
    assert not scrolls_sideways(page, 640)


def follows_the_keyboard(page: Page) -> None:
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 600})
        places = focus_places(page)
        assert len(places) >= 3
        assert not [place["name"] for place in places if not (place["seen"] and place["marked"])]
        assert not out_of_order(places)


def shows_in_forced_colours(page: Page) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    assert not page.evaluate(BORDERLESS)
    assert not page.evaluate(MOVES)
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")


def prints_its_content(page: Page) -> None:
    page.emulate_media(media="print")
    assert not page.evaluate(PRINTED)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.emulate_media(media="screen")
