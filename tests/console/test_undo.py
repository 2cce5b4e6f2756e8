"""What can be undone is offered to be undone on the page that follows the act, by one press, and to who may do it."""

from collections.abc import Callable

import pytest
from flask import Flask

from idp.console import delegations
from idp.oidc.clients import registration, registry
from tests.actors import cas_service
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI

HERE, ACADEMY = f"/console/school/{UAI}", "/console/academy"
CLIENT = {"client_name": "Cantine", "redirect_uris": ["https://cantine.example/cb"], "scope": "openid"}


@pytest.fixture
def admin(contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(worker_of(contextless, "academy_administrator"))


@pytest.fixture
def office(head: Someone, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(head)


def undo_of(visitor: Visitor) -> str:
    """The block that says what was done."""
    return visitor.html.partition('<div class="done" role="status">')[2].partition("</div>")[0]


@pytest.mark.both_engines
def test_a_delegation_is_taken_back_where_it_was_given(
    app: Flask, contextless: World, office: Visitor
) -> None:
    colleague = contextless.staff("Nadia", "Roy", "teacher")
    lent = {"person": str(colleague.person), "kind": "pupil", "scope": "all"}
    days = {"since": "2026-11-18", "until": "2026-12-18"}
    office.opens(f"{HERE}/delegations").fills(press="act=lend", **lent, **days)
    assert "donnée à Nadia Roy, jusqu’au 18 décembre 2026" in undo_of(office)
    assert "Annuler : reprendre" in undo_of(office)
    office.fills(press="act=end").sees("La délégation est reprise.")
    assert "Annuler" not in office.html
    with app.app_context():
        (row,) = delegations.of_school(contextless.school())
    assert row.ended_at == NOON
    again = office.opens(f"{HERE}/delegations?done=lent&delegation={row.id}")
    assert not undo_of(again), "an old address offers no undo of what is over"


@pytest.mark.parametrize("protocol", ["oidc", "cas"])
def test_a_suspended_service_is_opened_again_and_the_other_way(
    app: Flask, contextless: World, admin: Visitor, protocol: str
) -> None:
    with app.app_context():
        if protocol == "oidc":
            service = registration.register(CLIENT, "account:1", NOON, "Éditeur").client_id
            page = f"{ACADEMY}/services/{service}"
        else:
            service = cas_service.registered(contextless, name="Pronote")
            page = f"{ACADEMY}/cas/{service}"
    admin.opens(page)
    assert not undo_of(admin)
    admin.fills(press="act=suspend")
    assert "Annuler : rouvrir" in undo_of(admin) and 'value="enable"' in undo_of(admin)
    admin.fills(press="act=enable")
    assert "Annuler : suspendre" in undo_of(admin) and 'value="suspend"' in undo_of(admin)
    if protocol == "oidc":
        with app.app_context():
            client = registry.find(service)
        assert client is not None and client.is_active


def test_locks_and_links_are_undone_both_ways(contextless: World, office: Visitor) -> None:
    world = contextless
    mother = world.guardian("Claire", "Durand")
    world.family(mother, world.pupil("Léa"))
    page = f"{HERE}/people/{mother.account}"
    office.opens(f"{page}/act?do=lock").fills(press="act=lock").follows("Annuler : déverrouiller")
    office.fills(press="act=unlock").follows("Annuler : verrouiller").fills(press="act=lock")
    office.follows("Annuler : déverrouiller").fills(press="act=unlock")
    office.opens(f"{page}/act?do=detach&link=1").fills(press="act=detach", reason="Jugement")
    office.follows("Annuler : rétablir le lien").fills(press="act=attach")
    office.follows("Annuler : détacher de nouveau").sees("Détacher cet enfant", "Motif")


def test_a_legal_hold_is_lifted_where_it_was_set(contextless: World, admin: Visitor) -> None:
    someone = contextless.guardian("Claire", "Durand")
    admin.opens(f"{ACADEMY}/people/{someone.account}/data").fills(
        press="act=hold", days="30", reason="Contentieux"
    )
    assert "Annuler : lever l’obligation" in undo_of(admin)
    admin.fills(press="act=hold").sees("L’obligation de garder ces données est levée.")
    assert "Contentieux" not in admin.html
