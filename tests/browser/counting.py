"""A journey counted as a person lives it: pages that they see, fields that they fill in, and clicks."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

GOES_ON = "Un instant"


@dataclass
class Journey:
    """`titles`: those of the pages that the browser has shown. A redirect shows none, nor does a page that goes on by itself.

    A field that is filled in already is not counted.
    """

    page: Page
    fields: int = 0
    clicks: int = 0
    titles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("load", self._shown)

    def _shown(self, page: Page) -> None:
        title = page.title()
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
        """(pages, fields, clicks)."""
        return self.pages, self.fields, self.clicks
