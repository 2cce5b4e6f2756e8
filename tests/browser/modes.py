"""What a page must still do in other ways of looking at it: measured in the page itself."""

from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

NOTES_FOCUS = """() => {
  const placeOf = (element) => {
    const box = element.getBoundingClientRect();
    const middle = [box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2)];
    const top = document.elementFromPoint(...middle);
    const style = getComputedStyle(element);
    return {
      name: (element.innerText || element.getAttribute("aria-label") || element.name || element.id).slice(0, 60),
      x: box.left + scrollX, y: box.top + scrollY, bottom: box.bottom + scrollY, width: box.width,
      seen: !!top && (element.contains(top) || top.contains(element)),
      marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
  };
  document.activeElement?.blur();
  scrollTo(0, 0);
  window.places = [];
  if (!window.noted) document.addEventListener("focusin", (event) => window.places.push(placeOf(event.target)));
  window.noted = true;
  const reached = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(reached)].filter((element) => element.checkVisibility()).length;
}"""
"""Notes each place of the focus from now on. `seen`: nothing covers the middle of it, and it is within the window (WCAG 2.4.11)."""

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
    "header.head, header.bar, footer.foot, nav:not(:has(.steps)), .skip, .languages, .tabs, .side-menu, .reveal")]
  .filter((element) => element.offsetParent || element.getClientRects().length)
  .map((element) => element.outerHTML.slice(0, 120))"""
"""Parts that lead elsewhere: nobody can press them on paper."""


SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((element) => element.checkVisibility() && !element.closest(".skip, pre"))
  .filter((element) => {
    const own = element.closest("label") ?? element;
    const covered = getComputedStyle(element, "::after").position === "absolute" ? element.closest("li, article, div") : own;
    const isInText = getComputedStyle(element).display === "inline" && /\\S/.test(
      [...element.parentElement.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(""));
    return !isInText && covered.getBoundingClientRect().height < 43.5;
  }).map((element) => element.outerHTML.slice(0, 120))"""
"""What a finger may miss: below 44 px, though not within a sentence (WCAG 2.5.5, 2.5.8)."""

UNSIZED_PICTURES = """() => [...document.querySelectorAll("img")]
  .filter((picture) => !(picture.hasAttribute("width") && picture.hasAttribute("height")))
  .map((picture) => picture.outerHTML.slice(0, 120))"""


def scrolls_sideways(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def focus_places(page: Page) -> list[dict[str, Any]]:
    """Press Tab from the beginning of the page to its end; each place of the focus."""
    for _ in range(page.evaluate(NOTES_FOCUS)):
        page.keyboard.press("Tab")
    places: list[dict[str, Any]] = page.evaluate("window.places")
    return places


def out_of_order(places: list[dict[str, Any]], reads_from_the_right: bool = False) -> list[tuple[str, str]]:
    """Pairs of neighbours whose second is above the first without being in the next column, or before it on the same line."""
    wrong = []
    for first, second in pairwise(places):
        first_side, second_side = (
            place["x"] + place["width"] * reads_from_the_right for place in (first, second)
        )
        is_ahead = second_side < first_side if reads_from_the_right else second_side > first_side
        above = second["bottom"] <= first["y"]
        same_line = second["y"] < first["bottom"] and first["y"] < second["bottom"]
        next_column = (
            second["x"] >= first["x"] + first["width"] or second["x"] + second["width"] <= first["x"]
        )
        if (above and not (next_column and is_ahead)) or (same_line and not is_ahead and second != first):
            wrong.append((first["name"], second["name"]))
    return wrong
