"""The check of every page in light and in dark: what it lets pass, and what it reports."""

import pytest

from tests.browser.conftest import looks_right_everywhere
from tests.browser.windows import Desk

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="fr"><head><title>Essai</title><meta name="viewport" content="width=device-width">
<style>:root { color-scheme: light dark } @media (prefers-color-scheme: dark) { %s }</style></head>
<body><main><h1>Titre</h1><p>Texte</p></main></body></html>"""


def test_a_page_with_other_colours_in_dark_is_good(desk: Desk) -> None:
    page = desk.window()
    page.set_content(PAGE % "body { background: #111; color: #eee }")
    looks_right_everywhere(page, "page")


@pytest.mark.parametrize(
    ("rule", "reported"),
    [
        ("p { margin: 9px }", "dark moves or hides something"),
        ("p { visibility: hidden }", "dark moves or hides something"),
        ("body { background: #fff; color: #ddd }", "color-contrast"),
    ],
)
def test_a_fault_in_dark_alone_is_reported(desk: Desk, rule: str, reported: str) -> None:
    page = desk.window()
    page.set_content(PAGE % rule)
    with pytest.raises(AssertionError, match=reported):
        looks_right_everywhere(page, "page")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["min-width: 900px", "max-width: 500px"])
@pytest.mark.parametrize(
    # The second has the colours of good texts, on another ground.
    "rule",
    ["p { color: #777; background: #888 }", "main { background: #6e6e6e }"],
)
def test_a_pale_text_is_reported_at_a_width_and_in_a_scheme_of_its_own(
    desk: Desk, scheme: str, width: str, rule: str
) -> None:
    page = desk.window()
    page.set_content(
        PAGE % "body { background: #111; color: #eee }"
        + f"<style>@media ({width}) and (prefers-color-scheme: {scheme}) {{ {rule} }}</style>"
    )
    with pytest.raises(AssertionError, match="color-contrast"):
        looks_right_everywhere(page, "page")
