"""Pictures of a page for `make shots`: four widths, light and dark, in each language that the page has of these three."""

from pathlib import Path

from playwright.sync_api import Page

WIDTHS = (1920, 1280, 768, 360)
OTHER_LANGUAGES = ("en", "ar")


def photograph(page: Page, name: str, folder: Path) -> None:
    """As it is, in French; then its address, asked for in other languages in a tab of its own. `page` is left as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    _each_variant(page, f"{name}.fr", folder)
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
    if not page.url.startswith("http"):
        return
    for language in OTHER_LANGUAGES:
        tab = page.context.new_page()
        tab.set_extra_http_headers({"Accept-Language": language})
        answer = tab.goto(page.url)
        # An address that only takes forms has no page of its own; the console has no Arabic.
        if answer and answer.status != 405 and tab.locator("html").get_attribute("lang") == language:
            _each_variant(tab, f"{name}.{language}", folder)
        tab.close()


def _each_variant(page: Page, name: str, folder: Path) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            # Without motion, no colour is caught halfway to another.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
