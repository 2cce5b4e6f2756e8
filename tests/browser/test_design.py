"""Every component as a picture: a change of one shows as a difference from the picture of before.

The earlier pictures are small and grey: they show what is where, not how a machine smooths its letters. A change that is meant:
`RENEW_PICTURES=1 .venv/bin/python -m pytest tests/browser/test_design.py`.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, looks_right_everywhere
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser
EARLIER = Path(__file__).parent / "design"
SECTIONS = ("colours", "buttons", "fields", "alerts", "steps", "cards", "menus", "tables", "pictures")
WIDTH = 240
DIFFERS = 70
"""Levels of grey, of 256, between two points that differ by more than the smoothing of letters."""
ALLOWED = 0.02
"""The share of a picture's points that may differ."""


@pytest.fixture
def design(desk: Desk, served: Served) -> Page:
    page = desk.window(width=960)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{served.issuer}/design")
    page.evaluate("document.fonts.ready")
    return page


def photograph(page: Page, section: str) -> Image.Image:
    picture = Image.open(io.BytesIO(page.locator(f"section#{section}").screenshot()))
    height = round(picture.height * WIDTH / picture.width)
    return picture.convert("L").resize((WIDTH, height), Image.Resampling.BOX)


def difference(earlier: Image.Image, taken: Image.Image) -> float:
    """The share of the points that differ; all of them where the heights do."""
    if abs(earlier.height - taken.height) > 3:
        return 1.0
    both = ImageChops.difference(earlier, taken.resize(earlier.size))
    return sum(both.histogram()[DIFFERS:]) / (earlier.width * earlier.height)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_component_looks_as_it_did(design: Page, section: str) -> None:
    taken, path = photograph(design, section), EARLIER / f"{section}.png"
    if os.environ.get("RENEW_PICTURES"):
        EARLIER.mkdir(exist_ok=True)
        taken.quantize(16).save(path, optimize=True)
    assert difference(Image.open(path).convert("L"), taken) <= ALLOWED


def test_a_changed_component_is_noticed(design: Page) -> None:
    earlier = Image.open(EARLIER / "buttons.png").convert("L")
    design.locator("#buttons .btn-primary").first.evaluate("button => button.classList.remove('btn-primary')")
    assert difference(earlier, photograph(design, "buttons")) > ALLOWED


def test_the_kept_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in EARLIER.glob("*.png")) <= 80_000


def test_the_page_of_components_at_every_width(design: Page) -> None:
    looks_right_everywhere(design, "design")


def test_the_typeface_is_ours(design: Page) -> None:
    expect(design.locator("h1")).to_be_visible()
    assert design.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"')")
    loaded = design.evaluate(
        "[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)"
    )
    assert any("Atkinson" in family for family in loaded)
