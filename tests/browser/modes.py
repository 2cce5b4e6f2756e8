"""What a page must still do in other ways of looking at it: measured in the page itself."""

from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

NOTES_FOCUS = """() => {
  const placeOf = (element) => {
    const box = element.getBoundingClientRect();
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [above, below] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const top = document.elementFromPoint((left + right) / 2, (above + below) / 2);
    const scroller = element.parentElement.closest(".scroll");
    const style = getComputedStyle(element);
    return {
      name: (element.innerText || element.getAttribute("aria-label") || element.name || element.id).slice(0, 60),
      x: box.left + scrollX + (scroller?.scrollLeft ?? 0), width: box.width,
      y: box.top + scrollY + (scroller?.scrollTop ?? 0), bottom: box.bottom + scrollY + (scroller?.scrollTop ?? 0),
      seen: !!top && (element.contains(top) || top.contains(element)),
      marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
  };
  // From the beginning, wherever the focus was.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  window.places = [];
  if (!window.noted) document.addEventListener("focusin", (event) => window.places.push(placeOf(event.target)));
  window.noted = true;
  const reached = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(reached)].filter((element) => element.checkVisibility()).length;
}"""
"""Notes each place of the focus from now on. `seen`: nothing covers the middle of what the window shows of it (WCAG 2.4.11)."""

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


SMALL_TARGETS = """(least) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((element) => element.checkVisibility() && !element.closest(".skip, pre"))
  .filter((element) => {
    const own = element.closest("label") ?? element;
    const after = getComputedStyle(element, "::after");
    const height = after.position === "absolute" ? parseFloat(after.height) : own.getBoundingClientRect().height;
    const isInText = getComputedStyle(element).display === "inline" && /\\S/.test(
      [...element.parentElement.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(""));
    return !isInText && height < least - 0.5;
  }).map((element) => element.outerHTML.slice(0, 120))"""
"""What a finger may miss: below so many pixels, though not within a sentence (WCAG 2.5.5, 2.5.8)."""

UNSIZED_PICTURES = """() => [...document.querySelectorAll("img")]
  .filter((picture) => !(picture.hasAttribute("width") && picture.hasAttribute("height")))
  .map((picture) => picture.outerHTML.slice(0, 120))"""


def scrolls_sideways(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def focus_places(page: Page) -> list[dict[str, Any]]:
    """Hold Tab down from the beginning of the page to its end; each place of the focus."""
    for _ in range(page.evaluate(NOTES_FOCUS)):
        page.keyboard.down("Tab")
    page.keyboard.up("Tab")
    places: list[dict[str, Any]] = page.evaluate("window.places")
    # One of several radio buttons is reached: the last presses begin anew.
    again = [number for number, place in enumerate(places) if number and place == places[0]]
    return places[: again[0]] if again else places


def out_of_order(places: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of neighbours whose second is above the first in the same column, or before it on the same line."""
    wrong = []
    for first, second in pairwise(places):
        above = second["bottom"] <= first["y"]
        middles = [(place["y"] + place["bottom"]) / 2 for place in (first, second)]
        same_line = first["y"] < middles[1] < first["bottom"] and second["y"] < middles[0] < second["bottom"]
        same_column = second["x"] < first["x"] + first["width"] and first["x"] < second["x"] + second["width"]
        if (above and same_column) or (same_line and second["x"] <= first["x"] and second != first):
            wrong.append((first["name"], second["name"]))
    return wrong
