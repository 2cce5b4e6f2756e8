"""The page of incidents and an error page, with long names and numbers, on a phone, a tablet and a desk."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, update

from idp.database.engine import transaction
from idp.jobs import queue
from idp.jobs.storage.tables import JobRow
from idp.messages.rules import retries
from idp.messages.storage import destinations, outbox
from idp.messages.storage.outbox import OutboxMessage
from tests.actors.world import World
from tests.browser.conftest import Desk, looks_right
from tests.browser.form_places import Stage
from tests.peers.conftest import Served

WIDTHS = (360, 768, 1280)
LONG = "https://deconnexion.vie-scolaire-et-periscolaire.academie.example"


def incidents(world: World) -> None:
    """Destinations that fail for different times and reasons, messages that were given up, a job that has failed."""
    now = world.clock()
    known = world.relying_party(
        client_name="Pronote du collège des Tilleuls", backchannel_logout_uri="https://pronote.example/bye"
    )
    world.relying_party(client_name="Vie scolaire", backchannel_logout_uri=f"{LONG}/bye")
    with transaction() as tx:
        notice = {"client_id": known.client_id, "sid": "0" * 32, "subject": "x"}
        for origin, number, since in (("https://pronote.example", 300, 14 * 3600), (LONG, 2, 90)):
            for _ in range(number):
                outbox.post(tx, "logout_notice", notice, now, origin)
            destinations.fails(tx, origin, "answered: 503", now - since, False)
            for _ in range(10):
                destinations.fails(tx, origin, "answered: 503", now, True)
        outbox.post(tx, "mail", {"to": "claire@example.org"}, now)
        destinations.fails(
            tx, retries.MAIL, "address_refused: 554 5.7.1 relay access denied", now - 200, False
        )
        lost = {"kind": "mail", "created_at": now - 4000, "next_attempt_at": now, "attempts": 12}
        for to in ("claire.durand-de-la-tour@messagerie.academie.example", "paul@example.org"):
            payload = f'{{"to": "{to}", "template": "notice", "facts": {{}}}}'
            error = "address_refused: 550 5.1.1 no such user here, sorry"
            tx.execute(
                insert(OutboxMessage).values(
                    **lost, payload=payload, given_up_at=now, last_error=error, destination=retries.MAIL
                )
            )
        job = queue.ask(tx, "import.write", {}, "account:1", now)
        failed = {"state": "failed", "finished_at": now, "error": "ValueError: the file is not what was read"}
        tx.execute(update(JobRow).where(JobRow.id == job).values(**failed, done=3, total=1500))


@pytest.mark.parametrize("width", WIDTHS)
def test_incidents_are_legible_and_a_destination_is_tried_again(
    desk: Desk, served: Served, width: int
) -> None:
    stage = Stage(served, desk.window(width))
    stage.within(incidents)
    stage.admin("/console/academy/trouble")
    page = stage.page
    title = "Pronote du collège des Tilleuls ne répond plus depuis 14 heures : 300 déconnexions en attente"
    card = page.get_by_role("article", name=title)
    expect(card.get_by_role("heading", name=title)).to_be_visible()
    looks_right(page, "incidents")
    expect(page.get_by_role("article")).to_have_count(5)
    buttons = page.get_by_role("button", name="Réessayer maintenant")
    expect(buttons).to_have_count(3)
    for button in buttons.all():
        box = button.bounding_box()
        assert box and box["x"] + box["width"] <= width, "no sideways scroll"
    expect(card.get_by_text("Raison : refusé par l’autre serveur (503)")).to_be_visible()
    # What machines say is one click away.
    expect(card.get_by_text("answered: 503")).to_be_hidden()
    card.get_by_text("Détails techniques").click()
    expect(card.get_by_text("answered: 503")).to_be_visible()
    looks_right(page, "incidents-details")
    expect(card.get_by_text("Prochain essai : maintenant.")).to_have_count(0)
    card.get_by_role("button", name="Réessayer maintenant").click()
    expect(card.get_by_text("Prochain essai : maintenant.")).to_be_visible()
    looks_right(page, "incidents-tried")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_error_page_shows_the_number_of_its_request(desk: Desk, served: Served, width: int) -> None:
    page: Page = desk.window(width)
    response = page.goto(f"{served.issuer}/authorize?client_id=nobody&response_type=code")
    assert response is not None
    number = response.headers["x-request-id"]
    expect(page.get_by_text("Numéro de cette demande")).to_be_visible()
    expect(page.get_by_text(number, exact=True)).to_be_visible()
    looks_right(page, "error")
