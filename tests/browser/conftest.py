"""Checks of every page: accessibility, layout, and use by the keyboard alone."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page

from tests.actors.first_login_in_a_browser import claire  # noqa: F401
from tests.actors.service_in_a_browser import opens  # noqa: F401
from tests.browser.shots import photograph
from tests.browser.windows import Desk  # noqa: F401
from tests.journeys.conftest import demo  # noqa: F401
from tests.peers.conftest import served  # noqa: F401


def follow(page: Page, link: Locator) -> None:
    """Click, and wait for the next page, so that checks do not see the previous one."""
    with page.expect_navigation(wait_until="load"):
        link.click()


COLOUR_RULES = ["color-contrast", "link-in-text-block"]
"""axe's rules that depend on colours. All others see the same in light and in dark, where every element has the same place."""

PLACES_OF_ELEMENTS = """() => [...document.querySelectorAll("body *")].map(element => {
    const {x, y, width, height} = element.getBoundingClientRect();
    return [element.tagName, x, y, width, height, getComputedStyle(element).visibility].join(" ");
}).join("\\n")"""

LOOKS = """() => {
    const grounds = new Map([[null, matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"]]);
    const groundOf = element => {
        if (!grounds.has(element)) {
            const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
            const own = [backgroundColor, backgroundImage, opacity].join(" ");
            grounds.set(element, groundOf(element.parentElement) + (own === "rgba(0, 0, 0, 0) none 1" ? "" : ` on ${own}`));
        }
        return grounds.get(element);
    };
    const isText = node => node.nodeType === 3 && /\\S/.test(node.data);
    return [...document.querySelectorAll("body, body *")]
        .filter(element => element.checkVisibility({checkVisibilityCSS: true}))
        .filter(element => element.matches("input, select, textarea") || [...element.childNodes].some(isText))
        .map(element => {
            const {color, fontSize, fontWeight, textDecorationLine} = getComputedStyle(element);
            const size = parseFloat(fontSize), isLarge = size >= 24 || (size >= 18.66 && fontWeight >= 700);
            const link = element.localName === "a" && `${textDecorationLine} in ${getComputedStyle(element.parentElement).color}`;
            const hint = element.matches("input, textarea") && getComputedStyle(element, "::placeholder").color;
            return [color, isLarge, link, hint, groundOf(element)].join(" ");
        });
}"""
"""What the contrast of each visible text depends on: its colour, a placeholder's and its size, every ground below it, and a link's surroundings."""

SCREENS = {1280: "light", 360: "dark"}
"""Width → the colour scheme in which every rule is checked there."""

OTHER_SCHEME = {"light": "dark", "dark": "light"}

_good_looks: set[str] = set()
"""Of pages that were checked before."""


def looks_right(page: Page, name: str) -> None:
    """No accessibility finding, no sideways scroll; pictures instead where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        photograph(page, name, Path(folder))
        return
    _is_accessible(page, name)
    _fits(page, name)
    assert "<Macro" not in page.inner_text("body")


def looks_right_everywhere(page: Page, name: str) -> None:
    """`looks_right` at a desk and on a phone; in dark the same elements at the same places, with good colours. The page is left as it was.

    In the scheme that `SCREENS` has not for a width, colours are checked if a text looks there as no text that was checked before.
    """
    if os.environ.get("SCREENSHOTS"):
        looks_right(page, name)
        return
    before = page.viewport_size
    for width, scheme in SCREENS.items():
        page.set_viewport_size({"width": width, "height": 800})
        places = {}
        for shown in (scheme, OTHER_SCHEME[scheme]):
            # Without motion, no colour is caught halfway to another.
            page.emulate_media(color_scheme=shown, reduced_motion="reduce")
            if shown == scheme:
                # Places are compared after it: what was still loading has arrived, and closed menus have no place.
                looks_right(page, f"{name}-{shown}")
            places[shown], looks = page.evaluate(PLACES_OF_ELEMENTS), set(page.evaluate(LOOKS))
            if shown != scheme and not looks <= _good_looks:
                _is_accessible(page, f"{name}-{shown}", COLOUR_RULES)
            _good_looks.update(looks)
        assert places["light"] == places["dark"], f"{name}: dark moves or hides something"
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


def _is_accessible(page: Page, name: str, rules: Sequence[str] = ()) -> None:
    """No finding of `rules`; by default of all that are for everybody."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # The passed rules are a hundred times what is asked for here.
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    findings = [
        f"{violation['id']} ({violation['impact']}): {[node['html'] for node in violation['nodes']]}"
        for violation in violations
    ]
    assert not findings, f"{name}: {findings}"


def _fits(page: Page, name: str) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wider, f"{name} scrolls sideways"


def tab_to(page: Page, role: Any, name: str, most: int = 15) -> None:
    """Tab until it is there, `most` times; its focus can be seen."""
    wanted = page.get_by_role(role, name=name, exact=role == "textbox").first
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
            return
    raise AssertionError(f"{name} is not reached by Tab")
