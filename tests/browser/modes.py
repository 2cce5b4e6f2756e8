"""What a page must still do in other ways of looking at it: measured in the page itself."""

from typing import Any

from playwright.sync_api import Page

FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const middle = [box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2)];
  const top = document.elementFromPoint(...middle);
  const style = getComputedStyle(element);
  return {
    name: (element.innerText || element.getAttribute("aria-label") || element.name || element.id).slice(0, 60),
    x: box.left + scrollX, y: box.top + scrollY, bottom: box.bottom + scrollY,
    seen: !!top && (element.contains(top) || top.contains(element)),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}"""
"""Where the focus is. `seen`: nothing covers the middle of it, and it is within the window (WCAG 2.4.11)."""

BORDERLESS = """() => [...document.querySelectorAll(".btn, .card, .card-like, .card-link, .rows, .choice, .form-control, .badge, .refusal, .done, .note")]
  .filter((element) => element.offsetParent)
  .filter((element) => {
    const style = getComputedStyle(element);
    return style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1
      || style.borderTopColor === style.backgroundColor || style.borderTopColor === "rgba(0, 0, 0, 0)";
  }).map((element) => element.outerHTML.slice(0, 120))"""
"""Surfaces without a border that can be seen: in forced colours a background or a shadow shows nothing."""

MOVES = """() => [...document.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  const longest = (durations) => Math.max(...durations.split(",").map(parseFloat));
  return longest(style.transitionDuration) > 0.01 || longest(style.animationDuration) > 0.01
    || style.scrollBehavior === "smooth";
}).map((element) => element.outerHTML.slice(0, 120))"""

PRINTED = """() => [...document.querySelectorAll(
    "header.head, header.bar, footer.foot, nav, .skip, .languages, .tabs, .side-menu, .reveal")]
  .filter((element) => element.offsetParent || element.getClientRects().length)
  .map((element) => element.outerHTML.slice(0, 120))"""
"""Parts that lead elsewhere: nobody can press them on paper."""


def scrolls_sideways(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def focus_places(page: Page, most: int = 80) -> list[dict[str, Any]]:
    """Press Tab from the beginning of the page until the focus leaves it; each place of the focus."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    places: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        if place is None or (places and place == places[0]):
            break
        places.append(place)
    return places


def out_of_order(places: list[dict[str, Any]], reads_from_the_right: bool = False) -> list[tuple[str, str]]:
    """Pairs of neighbours whose second is above the first, or before it on the same line."""
    ahead = -1 if reads_from_the_right else 1
    wrong = []
    for first, second in zip(places, places[1:], strict=False):
        above = second["bottom"] <= first["y"]
        same_line = second["y"] < first["bottom"] and first["y"] < second["bottom"]
        if above or (same_line and ahead * (second["x"] - first["x"]) < 0):
            wrong.append((first["name"], second["name"]))
    return wrong
