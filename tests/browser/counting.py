"""A journey counted as a person lives it: pages that they see, fields that they fill in, and clicks."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser.windows import PATIENCE

GOES_ON = "Un instant"
LOOK = 20
"""Milliseconds between two looks at what the browser has not answered yet."""


@dataclass
class Journey:
    """`titles`: those of the pages that the browser has shown. A redirect shows none, nor does a page that goes on by itself.

    A field that is filled in already is not counted.
    """

    page: Page
    fields: int = 0
    clicks: int = 0
    titles: list[str] = field(default_factory=list)
    asked: int = 0
    """Pages that have loaded and whose title is not here yet."""

    def __post_init__(self) -> None:
        self.page.on("load", self._shown)

    def _shown(self, page: Page) -> None:
        self.asked += 1
        try:
            title = page.title()
        finally:
            self.asked -= 1
        if page.url != "about:blank" and not title.startswith(GOES_ON):
            self.titles.append(title)

    def opens(self, address: str) -> None:
        self.page.goto(address)

    def fills(self, values: dict[str, str]) -> None:
        """Label → value."""
        for label, value in values.items():
            self.page.get_by_label(label, exact=True).fill(value)
            self.fields += 1

    def presses(self, name: str, role: str = "button") -> None:
        """Click, and wait for the next page."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.clicks += 1

    def writes_the_code(self, label: str, code: str) -> None:
        """A code of six digits sends itself."""
        with self.page.expect_navigation(wait_until="load"):
            self.fills({label: code})

    @property
    def pages(self) -> int:
        return len(self.titles)

    @property
    def counted(self) -> tuple[int, int, int]:
        """(pages, fields, clicks), the page included that is loading."""
        self.page.wait_for_load_state("load")
        for _ in range(PATIENCE // LOOK):
            if not self.asked:
                break
            self.page.wait_for_timeout(LOOK)
        return self.pages, self.fields, self.clicks
