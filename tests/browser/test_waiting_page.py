"""The page of people who wait for their turn, in Chromium: without a script it comes back by itself."""

import re

import pytest
from playwright.sync_api import expect

from idp.database.engine import transaction
from idp.runtime.context import system_clock
from idp.turns import line
from idp.turns.rules.places import SECOND, TOLERANCE
from idp.turns.storage import tracks
from tests.actors.service_in_a_browser import Opens, heading, sign_in
from tests.browser.conftest import Desk, looks_right_everywhere
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser


def fill(served: Served, seconds: int) -> None:
    """Others have taken the turns of the next `seconds`, and more."""
    with served.app.app_context():
        now, track = system_clock(), served.app.extensions["track"]
        with transaction() as tx:
            tracks.keep_track(tx, track.name, seconds * SECOND, now)
            tracks.take_turn(tx, now)
            tracks.keep_track(tx, track.name, 1, now)
        track.renewed_at = now
        line.take("192.0.2.200", now)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_waits_and_is_let_in_without_doing_anything(
    desk: Desk, opens: Opens, served: Served, scripts: bool
) -> None:
    with served.app.app_context():
        guardian = served.world.guardian()
    page = desk.window(java_script_enabled=scripts)
    service = opens()
    fill(served, TOLERANCE // SECOND + 4)
    page.goto(service.asks(acr_values="responsable"))
    heading(page, "Beaucoup de monde en ce moment")
    expect(page.get_by_role("status")).to_contain_text("moins d’une minute")
    # Its own Refresh brings the same address again, and then the form.
    expect(page).to_have_url(re.compile("/login/.*/sign_in"))
    sign_in(page, guardian.username, guardian.password)
    heading(page, "Bienvenue")


def test_the_waiting_page_at_every_width(desk: Desk, opens: Opens, served: Served) -> None:
    page, service = desk.window(), opens()
    fill(served, 400)
    page.goto(service.asks(acr_values="responsable"))
    expect(page.get_by_role("status")).to_contain_text("environ 7 minutes")
    looks_right_everywhere(page, "in_line")
