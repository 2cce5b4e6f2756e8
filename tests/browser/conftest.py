"""Chromium, driven by Playwright. Where there is none the tests say that they are left out; in CI that is a failure."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from tests.journeys.conftest import demo  # noqa: F401
from tests.peers.conftest import served  # noqa: F401

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 20_000
"""Milliseconds that a busy machine may take over any one thing."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        reason = "left out: the journeys and pages in a browser, for there is no Chromium on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


class Desk:
    """Opens windows, and keeps what each complained about on its console."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def window(self, width: int = 1280, **options: Any) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": 800}, locale="fr-FR", **options
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("response", self._answered)
        return page

    def _note(self, message: Any) -> None:
        # A refusal has a status of 4xx, which the console always tells; what a page is made of must be there.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status} {response.url}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Desk]:
    desk = Desk(chromium)
    yield desk
    desk.close()
    assert not desk.complaints


def looks_right(page: Page, name: str) -> None:
    """No serious accessibility finding, no sideways scroll; a picture where SCREENSHOTS names a folder."""
    _is_accessible(page, name)
    _fits(page, name)
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def looks_right_everywhere(page: Page, name: str) -> None:
    """`looks_right` at a desk and on a phone, in light and in dark; the page is left as it was."""
    before = page.viewport_size
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            # Without motion, no colour is caught halfway to another.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            looks_right(page, f"{name}-{scheme}")
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


def _is_accessible(page: Page, name: str) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # The passed rules are a hundred times what is asked for here.
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    serious = [
        f"{violation['id']}: {[node['html'] for node in violation['nodes']]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
    assert not serious, f"{name}: {serious}"


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
