"""Every page of the console is open to those with the right to it, and to nobody else."""

from collections.abc import Callable

import pytest
from flask import Flask

from idp.console.pages import blueprint
from idp.console.pages.page import RIGHTS
from idp.console.rules.rights import GRANTS, Act, Role
from tests.actors.console_staff import ACADEMY, worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.console.addresses import needs_things_that_are_not_there, paths
from tests.console.conftest import UAI

blueprint.load()


@pytest.mark.parametrize("role", [*Role, "nobody", "guardian"])
def test_each_page_opens_for_the_roles_of_the_table_alone(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], role: str
) -> None:
    """The matrix from the URL map: a page without a row in RIGHTS cannot be served at all."""
    addresses = paths(app, contextless)
    assert set(addresses) == set(RIGHTS)
    someone = contextless.guardian("Zoé", "Roux") if role == "guardian" else worker_of(contextless, str(role))
    visitor = at_console(someone)
    holds_anything = role in set(Role) - {Role.DELEGATE}
    acts = GRANTS[Role(role)] if holds_anything else frozenset()
    for name, path in addresses.items():
        needed = RIGHTS[name]
        allowed = holds_anything if needed is None else needed in acts
        if needed is not None and f"/{UAI}" not in path:
            allowed = allowed and role in ACADEMY
        status = visitor.opens(path).status
        if role == "guardian":
            assert visitor.path.endswith("/other_account"), name
        elif not allowed:
            assert status == 403 and "K01" in visitor.html, (role, name)
        elif not needs_things_that_are_not_there(name):
            assert status == 200, (role, name, visitor.html[-3000:])


def test_an_anonymous_visitor_is_sent_to_the_login(app: Flask, contextless: World) -> None:
    for name, path in paths(app, contextless).items():
        answer = Visitor(app).browser.get(path)
        assert answer.status_code == 303 and "/login/" in answer.headers["Location"], name


def test_each_act_is_allowed_for_some_role(app: Flask) -> None:
    assert set().union(*GRANTS.values()) == set(Act)
