"""Ways of looking at a page: enlarged, by the keyboard alone, in forced colours, without motion, on paper.

Of each public page of the demonstration, Mon compte and the console; of public pages also what Lighthouse measures cheaply and
surely. `make lighthouse` asks Lighthouse itself.
"""

import base64
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from idp.factors.rules.totp import code_at, step_at
from idp.runtime.context import system_clock
from tests.actors.in_a_browser import fill_date, press
from tests.actors.public_pages import PUBLIC_PAGES, PublicPage
from tests.browser.conftest import Desk
from tests.browser.modes import (
    BORDERLESS,
    MOVES,
    PRINTED,
    SMALL_TARGETS,
    UNSIZED_PICTURES,
    focus_places,
    out_of_order,
    scrolls_sideways,
)
from tests.browser.windows import PATIENCE
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
LOOK = 20
"""Milliseconds between two looks at what the browser has not asked for yet."""
LARGEST_SHIFT = 0.05
"""In Lighthouse's measure, whose limit is 0.1, when the typeface comes late: some word goes to the next line."""
ACCOUNT_PAGES = (
    "",
    "/children",
    "/children/join",
    "/guardians",
    "/consents",
    "/password",
    "/mail",
    "/mobile",
    "/data",
    "/data/erasure",
    "/devices",
    "/history",
    "/history/not-me",
    "/security",
    "/security/app",
    "/services",
)
TARGET_OF_THE_CONSOLE = 24
"""Pixels: its tables are for a desk (WCAG 2.5.8)."""
OF_A_SCHOOL = (
    "people?q=durand",
    "imports",
    "letters",
    "our-school",
    "delegations",
    "renewal",
    "erasure-requests",
    "jobs",
)
CONSOLE_PAGES = {
    "head": ("", "search?q=durand", "help", *(f"school/0990001N/{page}" for page in OF_A_SCHOOL)),
    "administrator": (
        "",
        "academy/services",
        "academy/audit",
        "academy/trouble",
        "academy/keys",
        "academy/administrators",
        "academy/providers",
        "academy/appearance",
        "academy/jobs",
    ),
}
WIDTH_OF_A_PHONE = 412
"""Lighthouse's."""
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
    page = desk.window(WIDTH_OF_A_PHONE)
    public_page.opens(page, demo)
    arrives(page)
    has_its_head(page)
    can_be_used_in_every_way(page)


def test_the_pages_of_an_account(desk: Desk, demo: Demo) -> None:
    page = desk.window(360)
    begin_with(page, demo, f"{demo.provider}/account", "guardian")
    fill_date(page, demo.card("guardian")["birth_date"].split("/"))
    press(page, "Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes informations")
    for path in ACCOUNT_PAGES:
        page.goto(f"{demo.provider}/account{path}")
        can_be_used_in_every_way(page, keyboard_at=(320,))


@pytest.mark.parametrize("name", ["head", "administrator"])
def test_the_pages_of_the_console(desk: Desk, demo: Demo, name: str) -> None:
    page = desk.window(1280)
    begin_with(page, demo, f"{demo.provider}/console/", name)
    key = base64.b32decode(page.locator("#key").inner_text().replace(" ", ""))
    page.get_by_label("Code à 6 chiffres").fill(code_at(key, step_at(system_clock())))
    press(page, "Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    page.get_by_role("link", name="J’ai noté ces codes, continuer").click()
    page.wait_for_url("**/console/**")
    for path in CONSOLE_PAGES[name]:
        page.goto(f"{demo.provider}/console/{path}")
        can_be_used_in_every_way(page, TARGET_OF_THE_CONSOLE, keyboard_at=(1280,))


def begin_with(page: Page, demo: Demo, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_label("Identifiant").fill(demo.card(name)["username"])
    page.get_by_label("Mot de passe", exact=True).fill(demo.card(name)["password"])
    press(page, "Se connecter")


def can_be_used_in_every_way(
    page: Page, target: int = 44, keyboard_at: tuple[int, ...] = (320, 1280)
) -> None:
    has_large_targets(page, target)
    fits_when_enlarged(page)
    follows_the_keyboard(page, keyboard_at)
    shows_in_forced_colours(page)
    prints_its_content(page)


def arrives(page: Page) -> None:
    """Asked for anew, without what the browser has stored; its typeface and its scripts come when the page has long been seen."""
    scripts: list[Route] = []
    typefaces: list[Route] = []
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}
    page.add_init_script(NOTES_SHIFTS)
    page.route("**/*.js*", lambda route: scripts.append(route))
    page.route("**/*.woff2*", lambda route: typefaces.append(route))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    network.on(
        "Network.requestWillBeSent",
        lambda event: addresses.update({event["requestId"]: event["request"]["url"]}),
    )
    # By address: with its store disabled, the browser may ask again for the typeface that it was asked to fetch early.
    network.on(
        "Network.loadingFinished",
        lambda event: note(event["requestId"], event["encodedDataLength"]),
    )

    def note(request: str, size: float) -> None:
        # A request of the page before was begun unseen, and may end now.
        if request in addresses:
            sizes[addresses[request]] = size

    page.goto(page.url, wait_until="commit")
    page.locator("footer").wait_for()
    for _ in range(PATIENCE // LOOK):
        if typefaces:
            break
        page.wait_for_timeout(LOOK)
    assert typefaces
    for typeface in typefaces:
        typeface.continue_()
    page.evaluate("document.fonts.ready")
    shifted = page.evaluate("shiftsSoFar()")
    assert shifted <= LARGEST_SHIFT
    for script in scripts:
        script.continue_()
    page.wait_for_load_state("load")
    assert page.evaluate("shiftsSoFar()") == shifted
    here = urlsplit(page.url).netloc
    assert {urlsplit(url).netloc for url in sizes if not url.startswith("data:")} == {here}
    assert len(sizes) >= 2
    assert sum(sizes.values()) <= FIRST_PAGE, sizes
    network.detach()


def has_its_head(page: Page) -> None:
    head = page.evaluate(HEAD)
    assert head["language"] == "fr"
    assert len(head["title"]) > 5 and len(head["description"]) > 30
    assert head["viewport"].startswith("width=device-width") and "user-scalable" not in head["viewport"]


def has_large_targets(page: Page, target: int) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    assert not page.evaluate(SMALL_TARGETS, target)
    assert not page.evaluate(UNSIZED_PICTURES)


def fits_when_enlarged(page: Page) -> None:
    """WCAG 1.4.10: 320 px; 640 px are 1280 at 200 %."""
    assert not scrolls_sideways(page, 320)
    assert not scrolls_sideways(page, 640)


def follows_the_keyboard(page: Page, widths: tuple[int, ...]) -> None:
    for width in widths:
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
