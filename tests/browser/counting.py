"""A journey counted as a person lives it: pages that they see, fields that they fill in, and clicks."""

from dataclasses import dataclass, field
from itertools import count

from playwright.sync_api import Page

GOES_ON = "Un instant"
_NUMBERS = count()


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
        # Each page reports its own title: asked for it later, the browser may have gone on to the next.
        name = f"shown{next(_NUMBERS)}"
        self.page.expose_function(name, self._shown)
        self.page.add_init_script(
            f"if (window === top) addEventListener('load', () => {name}(location.href, document.title))"
        )

    def _shown(self, address: str, title: str) -> None:
        if address != "about:blank" and not title.startswith(GOES_ON):
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
        # An answer comes after the reports that were on their way.
        self.page.evaluate("0")
        return self.pages, self.fields, self.clicks
