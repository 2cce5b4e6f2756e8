"""Chromium, driven by Playwright. Without Chromium the tests are skipped; in CI they fail.

One for the whole run: Playwright begins only once in a process.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page is looked at for a second: what compiles its scripts for the hundredth run costs more than it saves.
    "--js-flags=--no-opt --no-maglev",
]

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Where it is looked for. The shell is the same browser without the windows that nobody sees: it takes a third of the time."""

PATIENCE = 20_000
"""Milliseconds that a busy machine may take over any one thing."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if executable is None:
        reason = "left out: the journeys and pages in a browser, for there is no Chromium on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # A run without a browser does not load what drives it.
    from playwright.sync_api import expect, sync_playwright

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
        # A refusal has a status of 4xx, which the console always logs; the parts of a page must load.
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
