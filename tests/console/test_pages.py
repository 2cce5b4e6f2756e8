"""Every page of the console answers, for who has the right to it, and for nobody else."""

import pytest
from flask import Flask

from idp.console.pages.page import RIGHTS
from idp.console.rules.rights import GRANTS, Act, Role
from tests.console.conftest import UAI
from tests.visitor import Visitor
from tests.world import World

ACADEMY = {"academy_administrator", "academy_support", "academy_auditor"}


def paths(app: Flask, world: World) -> dict[str, str]:
    """Page → an address of it, over the school and a family of this test."""
    guardian, child = world.guardian(), world.pupil()
    world.family(guardian, child)
    with app.app_context():
        client = world.relying_party()
    values = {
        "uai": UAI,
        "account": guardian.account,
        "client_id": client.client_id,
        "number": 1,
        "import_number": 1,
        "file": 1,
    }
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            _, path = rule.build({name: values[name] for name in rule.arguments}) or (None, None)
            found[rule.endpoint.removeprefix("console.")] = path
    return found


def worker_of(world: World, role: str):
    someone = world.staff("Anne", "Petit", role)
    if role in ACADEMY:
        from sqlalchemy import update

        from idp.database import transaction
        from idp.people.storage.tables import StaffPost

        with world.app.app_context(), transaction() as tx:
            tx.execute(update(StaffPost).where(StaffPost.person_id == someone.person).values(school_id=None))
    return someone


def needs_things_that_are_not_there(name: str) -> bool:
    return name in ("import_", "settle", "job", "job_file", "person_act", "many")


@pytest.mark.parametrize("role", [*Role, "nobody", "guardian"])
def test_each_page_opens_for_the_roles_of_the_table_alone(
    app: Flask, outdoors: World, at_desk, role: str
) -> None:
    """The matrix from the URL map: a page without a row in RIGHTS cannot be served at all."""
    addresses = paths(app, outdoors)
    assert set(addresses) == set(RIGHTS)
    someone = outdoors.guardian("Zoé", "Roux") if role == "guardian" else worker_of(outdoors, str(role))
    visitor = at_desk(someone)
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


def test_a_stranger_meets_the_login_before_anything_else(app: Flask, outdoors: World) -> None:
    for name, path in paths(app, outdoors).items():
        answer = Visitor(app).browser.get(path)
        assert answer.status_code == 303 and "/authorize/" in answer.headers["Location"], name


def test_each_act_has_a_role_that_may(app: Flask) -> None:
    assert set().union(*GRANTS.values()) == set(Act)
