"""Every list of the console without rows: what it is, and one action."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

import idp
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

UAI = "0990001N"
SCHOOL = f"/console/school/{UAI}"
LISTS = {
    f"{SCHOOL}/people?kind=pupil": "head",
    f"{SCHOOL}/people?q=personne": "head",
    f"{SCHOOL}/letters": "head",
    f"{SCHOOL}/imports": "head",
    f"{SCHOOL}/imports?q=zzzzzzz": "head",
    f"{SCHOOL}/delegations": "head",
    f"{SCHOOL}/delegations?q=zzzzzzz": "head",
    f"{SCHOOL}/jobs": "head",
    f"{SCHOOL}/jobs?state=failed": "head",
    "/console/": "teacher",
    "/console/search?q=zzzzzzz": "head",
    "/console/academy?q=zzzzzzz": "academy_administrator",
    "/console/academy/services": "academy_administrator",
    "/console/academy/services?q=zzzzzzz": "academy_administrator",
    "/console/academy/tokens": "academy_administrator",
    "/console/academy/tokens?q=zzzzzzz": "academy_administrator",
    "/console/academy/keys?q=zzzzzzz": "academy_administrator",
    "/console/academy/providers": "academy_administrator",
    "/console/academy/providers?state=over": "academy_administrator",
    "/console/academy/jobs": "academy_administrator",
    "/console/academy/approvals": "academy_administrator",
    "/console/academy/trouble": "academy_administrator",
    "/console/academy/audit?what=client.": "academy_administrator",
    "/console/academy/administrators?q=zzzzzzz": "academy_administrator",
}
"""Address of an empty list → who sees it."""


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_list_says_so_and_offers_one_action(
    path: str, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    page = at_console(worker_of(contextless, LISTS[path])).opens(path)
    assert page.status == 200
    shown = re.findall(r'<div class="empty">(.*?)</div>', page.html, re.DOTALL)
    # A panel of an overview that has nothing to say asks for nothing.
    (state,) = [text for text in shown if "Rien ne vous attend" not in text and "Tout a marché" not in text]
    assert re.search(r"<strong>\s*\w", state)
    actions = re.findall(r'<(?:a|button)[^>]*class="btn[^"]*"[^>]*>', state)
    assert len(actions) == 1, state
    target = re.search(r'href="([^"#?]*)(?:#(\w+))?"', actions[0])
    assert target is not None
    if target[1]:
        assert page.opens(target[1]).status == 200
    else:
        assert f'id="{target[2]}"' in page.html, "the action leads to a place on the page"


def test_no_list_of_the_console_is_empty_in_a_bare_cell(app: Flask) -> None:
    """A row for an empty list holds the component, not a sentence of its own."""
    bare = {}
    for path in (Path(idp.__path__[0]) / "templates/console").glob("*.html"):
        rows = re.findall(
            r"{% else %}\s*<tr><td colspan=\"\d+\">(.*?)</td></tr>",
            path.read_text(encoding="utf-8"),
            re.DOTALL,
        )
        if wrong := [row for row in rows if "include" not in row and "empty(" not in row]:
            bare[path.name] = wrong
    assert not bare
