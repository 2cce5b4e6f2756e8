"""Incidents of services of every protocol: metadata that was refused, notices that were not received."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from idp.database.engine import transaction
from idp.messages.storage import destinations
from idp.messages.storage.outbox import OutboxMessage
from idp.saml.storage import refreshes
from tests.actors import cas_service, saml_service
from tests.actors.console_staff import worker_of
from tests.actors.relying_party import signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.pages import fields_of

TROUBLE = "/console/academy/trouble"
REASON = "the address answered 404"


@pytest.fixture
def admin(contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(worker_of(contextless, "academy_administrator"))


def refused(world: World, reason: str | None = REASON) -> str:
    """A service of SAML whose metadata was refused, and another without a fault."""
    with world.app.app_context():
        service = saml_service.registered(world, name="ENT des collèges")
        second = saml_service.metadata(entity="https://other.example/saml")
        saml_service.registered(world, second, name="Médiathèque")
        with transaction() as tx:
            refreshes.note(tx, service, NOON, reason)
    return service


def test_refused_metadata_is_among_the_incidents_and_leads_to_its_service(
    contextless: World, admin: Visitor
) -> None:
    service = refused(contextless)
    page = admin.opens(TROUBLE).sees("Les métadonnées de ENT des collèges ne sont plus à jour", REASON)
    assert "Médiathèque" not in page.html
    assert f'href="/console/academy/saml/{service}"' in page.html
    admin.opens(f"/console/academy/saml/{service}").sees("Métadonnées refusées", REASON)
    admin.opens("/console/academy/services").sees("Métadonnées refusées")


def test_metadata_that_was_taken_over_is_no_incident(contextless: World, admin: Visitor) -> None:
    refused(contextless, None)
    assert "ne sont plus à jour" not in admin.opens(TROUBLE).html


def test_a_service_of_cas_that_misses_notices_is_named_and_leads_to_its_page(
    contextless: World, admin: Visitor
) -> None:
    with contextless.app.app_context():
        id = cas_service.registered(contextless, name="Pronote des Tilleuls")
        browser = signed_in_browser(contextless, contextless.guardian())
        service = cas_service.CasService(contextless.app, id, browser)
        service.validate(service.ticket())
        browser.post("/logout", data=fields_of(browser.get("/logout").text))
        with transaction() as tx:
            tx.execute(update(OutboxMessage).values(given_up_at=NOON, attempts=9, last_error="away"))
            destinations.fails(tx, "https://pronote.example", "away", NOON, False)
    page = admin.opens(TROUBLE).sees("Pronote des Tilleuls ne répond plus")
    assert f'href="/console/academy/cas/{id}"' in page.html
