"""npm's oidc-client-ts as a single-page application in Chromium: a public client, which calls the provider itself."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, send_file, send_from_directory
from playwright.sync_api import Page, expect
from werkzeug.wrappers import Response

from tests.actors.world import Someone
from tests.browser.windows import Desk
from tests.conftest import Serve
from tests.peers.conftest import NODE, Served

pytestmark = [pytest.mark.node, pytest.mark.browser]
PAGE = Path(__file__).parent / "spa"
LIBRARY = NODE / "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.js"
SCOPE = "openid profile email offline_access"


def application(settings: dict[str, str]) -> Flask:
    """Static files, and which client it is."""
    app = Flask("spa", static_folder=None)
    for path in ("/", "/callback", "/bye"):
        app.add_url_rule(path, view_func=index)
    app.add_url_rule("/settings.json", "settings", lambda: settings)
    app.add_url_rule("/oidc-client-ts.js", "library", lambda: send_file(LIBRARY))
    app.add_url_rule("/page.js", "script", lambda: send_from_directory(PAGE, "page.js"))
    return app


def index() -> Response:
    return send_from_directory(PAGE, "index.html")


class Visit:
    """The user of the application, on its page."""

    def __init__(self, page: Page, guardian: Someone) -> None:
        self.page = page
        self.guardian = guardian

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def does(self, act: str) -> dict[str, Any]:
        self.press(act)
        return self.shown()

    def shown(self) -> dict[str, Any]:
        status = self.page.get_by_role("status")
        expect(status).to_have_text(re.compile(r"\{"))
        return dict(json.loads(status.inner_text()))

    def logs_in(self) -> dict[str, Any]:
        self.press("Log in")
        chooses_profile(self.page)
        return self.signs_in()

    def signs_in(self) -> dict[str, Any]:
        signs_in(self.page, self.guardian)
        return self.shown()


def chooses_profile(page: Page) -> None:
    page.get_by_text("Choisir mon profil").click()
    page.get_by_role("button", name="Responsable d’élève").click()


def signs_in(page: Page, someone: Someone) -> None:
    page.get_by_label("Identifiant").fill(someone.username)
    page.get_by_label("Mot de passe", exact=True).fill(someone.password)
    page.get_by_role("button", name="Se connecter", exact=True).click()


@pytest.fixture
def visit(served: Served, serve: Serve, node: str, desk: Desk) -> Visit:
    settings = {"authority": served.issuer}
    address = serve(application(settings))
    document = {
        "redirect_uris": [f"{address}/callback"],
        "post_logout_redirect_uris": [f"{address}/bye"],
        "token_endpoint_auth_method": "none",
        "scope": SCOPE,
    }
    with served.app.app_context():
        guardian = served.world.guardian()
        settings["client_id"] = served.world.relying_party(**document).client_id
    page = desk.window()
    page.goto(address)
    return Visit(page, guardian)


def test_a_login_by_redirect_brings_the_person_and_where_they_were(visit: Visit) -> None:
    session = visit.logs_in()
    assert session["profile"]["name"] == "Claire Durand"
    assert session["profile"]["email"] == "claire@example.org"
    assert session["state"] == "where-i-was"


def test_a_login_in_a_popup_notifies_its_opener(visit: Visit) -> None:
    with visit.page.expect_popup() as opened:
        visit.press("Log in beside")
    chooses_profile(opened.value)
    signs_in(opened.value, visit.guardian)
    assert visit.shown()["profile"]["name"] == "Claire Durand"


def test_a_refresh_gives_new_tokens_for_the_same_person(visit: Visit) -> None:
    first = visit.logs_in()
    second = visit.does("Refresh")
    third = visit.does("Refresh")
    for name in ("access_token", "refresh_token"):
        assert len({first[name], second[name], third[name]}) == 3
    assert third["profile"]["sub"] == first["profile"]["sub"]
    assert third["profile"]["name"] == "Claire Durand"


def test_a_revoked_refresh_token_is_refused(served: Served, visit: Visit, desk: Desk) -> None:
    visit.logs_in()
    assert visit.does("Revoke") == {"revoked": True}
    assert visit.does("Refresh") == {"error": "invalid_grant"}
    assert desk.complaints == [f"400 {served.issuer}/token"]
    desk.complaints.clear()


def test_after_a_logout_the_person_is_asked_again(visit: Visit) -> None:
    visit.logs_in()
    visit.press("Log out")
    visit.press("Se déconnecter")
    assert visit.shown() == {"bye": "see-you", "user": None}
    visit.press("Log in")
    assert visit.signs_in()["profile"]["name"] == "Claire Durand"
