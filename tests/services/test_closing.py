"""The last page of a logout: each service with what is known of it, and nothing that failed is hidden."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.database.engine import transaction
from idp.messages.storage import destinations
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import World, deliver_due
from tests.conftest import Serve
from tests.pages import fields_of
from tests.services.receivers import receiver


def logged_out(browser: FlaskClient) -> TestResponse:
    page = browser.get("/logout")
    return browser.post("/logout", data=fields_of(page.text), follow_redirects=True)


def states(page: str) -> dict[str, str]:
    """Service → what the page says of it."""
    lines = re.findall(r"<li><strong>([^<]+)</strong>[ \u00a0]: ([^<]+)</li>", page)
    return {name: " ".join(text.split()) for name, text in lines}


def opened(world: World, browser: FlaskClient, name: str, **members: object) -> RelyingParty:
    party = RelyingParty(world.app, world.relying_party(client_name=name, **members), browser)
    party.tokens()
    return party


def test_each_service_of_the_session_is_shown_with_its_state(world: World, serve: Serve) -> None:
    browser = signed_in_browser(world, world.guardian())
    address = serve(receiver(200))
    opened(world, browser, "Cantine", backchannel_logout_uri=f"{address}/out")
    opened(world, browser, "Agenda", frontchannel_logout_uri="https://portail.example/out")
    opened(world, browser, "Ancien service")
    page = logged_out(browser).text
    assert states(page) == {
        "Cantine": "prévenu, sa réponse est attendue",
        "Agenda": "fermé par ce navigateur",
        "Ancien service": "ne peut pas être prévenu. Déconnectez-vous aussi chez lui.",
    }
    deliver_due(world.app)
    again = re.search(r'href="(/signed_out/[^"]+)"', page)
    assert again is not None
    assert states(browser.get(again[1]).text)["Cantine"] == "fermé"


def test_a_service_that_does_not_accept_its_notice_is_shown_as_not_reached(
    world: World, serve: Serve
) -> None:
    browser = signed_in_browser(world, world.guardian())
    opened(world, browser, "Cantine", backchannel_logout_uri=f"{serve(receiver(500))}/out")
    page = logged_out(browser).text
    deliver_due(world.app)
    again = re.search(r'href="(/signed_out/[^"]+)"', page)
    assert again is not None
    assert states(browser.get(again[1]).text)["Cantine"].startswith("pas joint.")


def test_a_service_whose_server_is_known_to_fail_is_shown_as_not_reached_at_once(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    opened(world, browser, "Cantine", backchannel_logout_uri="https://cantine.example/out")
    with transaction() as tx:
        destinations.fails(tx, "https://cantine.example", "no answer", world.clock(), False)
    assert states(logged_out(browser).text)["Cantine"].startswith("pas joint.")


def test_the_page_of_one_browser_is_not_shown_to_another(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    opened(world, browser, "Cantine", backchannel_logout_uri="https://cantine.example/out")
    again = re.search(r'href="(/signed_out/[^"]+)"', logged_out(browser).text)
    assert again is not None
    assert browser.get(again[1]).status_code == 200
    stranger = world.app.test_client()
    assert stranger.get(again[1]).status_code == 303
    assert browser.get(again[1] + "x").status_code == 303
    world.clock.advance(601)  # type: ignore[attr-defined]
    assert browser.get(again[1]).status_code == 303


def test_the_service_that_sent_the_person_is_where_the_last_page_leads(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    home = "https://portail.example/accueil"
    party = RelyingParty(world.app, world.relying_party(client_uri=home), browser)
    hint = party.tokens()["id_token"]
    page = browser.get("/logout", query_string={"id_token_hint": hint})
    assert f'href="{home}"' in page.text
    assert f'href="{home}"' in browser.post("/logout", data=fields_of(page.text), follow_redirects=True).text
