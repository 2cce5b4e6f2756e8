"""No page reads a catalogue of translations anew: parsing costs as much as the page's statements."""

import gettext

import pytest

from tests.actors.visitor import Visitor
from tests.actors.world import World

_parse = gettext.GNUTranslations._parse  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/recovery/password", "/recovery/username"])
def test_a_page_with_a_form_parses_no_catalogue(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    visitor = Visitor(world.app)
    first = visitor.browser.get(path, follow_redirects=True)
    assert first.status_code == 200 and "csrf_token" in first.text
    parsed: list[object] = []
    monkeypatch.setattr(
        gettext.GNUTranslations, "_parse", lambda self, file: parsed.append(file) or _parse(self, file)
    )
    assert visitor.browser.get(path, follow_redirects=True).status_code == 200
    assert parsed == []
