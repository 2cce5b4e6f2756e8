"""Pictures of each mail and each letter, for `make shots`."""

import os
from pathlib import Path

import pypdfium2
import pytest
import requests

from tests.browser.conftest import Desk
from tests.browser.shots import WIDTHS
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="only for `make shots`")
def test_the_mails_and_letters(desk: Desk, served: Served) -> None:
    """What they hold is tested in tests/web/test_mail_design.py and tests/letters."""
    folder = Path(os.environ["SCREENSHOTS"])
    page = desk.window()
    page.goto(f"{served.issuer}/design/mails")
    kinds = page.get_by_role("navigation", name="Mails").get_by_role("link").all_inner_texts()
    for language in ("fr", "en", "ar"):
        for kind in kinds:
            page.goto(f"{served.issuer}/design/mails/html?kind={kind}&mail_in={language}")
            for width in (WIDTHS[-1], WIDTHS[-2]):
                page.set_viewport_size({"width": width, "height": 800})
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    page.screenshot(
                        path=folder / f"mail-{kind}.{language}-{scheme}-{width}.png", full_page=True
                    )
        for form in ("post", "class", "pair"):
            paper = requests.get(
                f"{served.issuer}/design/letter.pdf?form={form}&mail_in={language}", timeout=30
            ).content
            for number, sheet in enumerate(pypdfium2.PdfDocument(paper), start=1):
                picture = sheet.render(scale=1280 / sheet.get_width()).to_pil()
                picture.save(folder / f"letter-{form}-{number}.{language}-light-1280.png")
