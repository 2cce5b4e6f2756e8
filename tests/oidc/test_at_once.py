"""Concurrent responses to one login, from many tabs: one code, one grant (SECURITY.md)."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from idp.database.engine import reading
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from idp.oidc.storage.tables import Grant
from tests.actors.relying_party import REDIRECT, RelyingParty, answer
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.at_once import at_once
from tests.conftest import Clock
from tests.pages import fields_of

pytestmark = pytest.mark.both_engines

TABS = 20


@pytest.fixture
def world(contextless: World) -> World:
    """Each request has its own application context, as when it is served."""
    return contextless


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian()


@pytest.fixture
def grants(app: Flask) -> Callable[[], int]:
    """The number of grants."""

    def count() -> int:
        with app.app_context():
            return int(reading().execute(select(func.count()).select_from(Grant)).scalar_one())

    return count


def tab(browser: FlaskClient) -> FlaskClient:
    """Another tab of the same browser: its cookies, and a client that another thread may use."""
    opened = browser.application.test_client()
    for name in ("idp_browser", "idp_session"):
        assert browser.get_cookie(name) is not None, name
    for cookie in browser._cookies.values():
        opened.set_cookie(cookie.key, cookie.decoded_value, path=cookie.path)
    return opened


def signed_in(portal: RelyingParty, guardian: Someone, **changes: str) -> tuple[Visitor, str]:
    """Complete the sign-in page only; returns the URL of the dispatcher."""
    waiting = portal.begins(**changes)
    visitor = Visitor(portal.app, portal.browser).opens(waiting)
    fields = {**fields_of(visitor.html, having="username"), "username": guardian.username}
    response = visitor.browser.post(visitor.path, data={**fields, "password": guardian.password})
    assert response.headers["Location"] == waiting
    return visitor, waiting


def one_code(responses: list[TestResponse], *refusals: str, onward: str = "") -> str:
    """The code in the response to one tab. The other tabs show one of `refusals`, or are redirected to `onward`."""
    [sent] = [response for response in responses if response.headers.get("Location", "").startswith(REDIRECT)]
    for tab_response in responses:
        if tab_response.status_code == 303 and tab_response is not sent:
            assert tab_response.headers["Location"] == onward
        elif tab_response is not sent:
            assert any(code in tab_response.text for code in refusals), tab_response.text
    return answer(sent)["code"]


def party(world: World, **members: object) -> RelyingParty:
    registered = world.relying_party(accepted_profiles=["responsable"], **members)
    return RelyingParty(world.app, registered, world.app.test_client())


def test_a_login_that_is_finished_in_many_tabs_issues_one_code(
    world: World, guardian: Someone, grants: Callable[[], int]
) -> None:
    portal = party(world)
    visitor, waiting = signed_in(portal, guardian)
    tabs = [tab(visitor.browser) for _ in range(TABS)]
    code = one_code(at_once(portal.app, lambda number: tabs[number].get(waiting), TABS), "R04")
    assert grants() == 1
    assert portal.redeem(code).status_code == 200


def own_key(number: int) -> dict[str, str]:
    """Each tab has read the page for itself: no two bear the same one-time key (tests/answers/test_sent_once)."""
    return {"once": f"tab {number}"}


def test_a_service_that_is_agreed_to_in_many_tabs_gets_one_code(
    world: World, guardian: Someone, grants: Callable[[], int]
) -> None:
    portal = party(world, first_party=False)
    visitor, waiting = signed_in(portal, guardian, scope="openid profile")
    visitor.opens(waiting)
    assert visitor.path.endswith("/consent")
    form = {**fields_of(visitor.html), "act": "agree"}
    tabs = [tab(visitor.browser) for _ in range(TABS)]
    responses = at_once(
        portal.app, lambda number: tabs[number].post(visitor.path, data=form | own_key(number)), TABS
    )
    code = one_code(responses, "R04", onward=waiting)
    assert "R04" in visitor.opens(waiting).html
    assert grants() == 1
    assert portal.redeem(code).status_code == 200


def test_a_pushed_request_that_is_opened_in_many_tabs_issues_one_code(
    world: World, guardian: Someone, grants: Callable[[], int]
) -> None:
    portal = party(world)
    visitor, _ = signed_in(portal, guardian)
    pushed = portal.app.test_client().post("/par", data=portal.parameters(), headers=portal.credentials)
    query = {"client_id": portal.client_id, "request_uri": pushed.get_json()["request_uri"]}
    tabs = [tab(visitor.browser) for _ in range(TABS)]
    responses = at_once(portal.app, lambda number: tabs[number].get("/authorize", query_string=query), TABS)
    # P07: it was answered before this tab looked; R04: while it did.
    code = one_code(responses, "P07", "R04")
    assert grants() == 1
    assert portal.redeem(code).status_code == 200


class TestDevices:
    @pytest.fixture
    def app_of_a_phone(self, world: World) -> RelyingParty:
        return party(
            world,
            token_endpoint_auth_method="none",
            grant_types=[DEVICE_CODE],
            redirect_uris=None,
            post_logout_redirect_uris=None,
            client_uri="https://pronote.example",
            scope="openid profile",
            service_claims=None,
        )

    @pytest.mark.parametrize("windows", [1, TABS], ids=["one page in many tabs", "many pages"])
    def test_a_device_that_is_agreed_to_many_times_gets_one_grant(
        self,
        world: World,
        guardian: Someone,
        app_of_a_phone: RelyingParty,
        grants: Callable[[], int],
        clock: Clock,
        windows: int,
    ) -> None:
        portal, phone = party(world), app_of_a_phone
        visitor, _ = signed_in(portal, guardian)
        form = {"client_id": phone.client_id, "scope": "openid profile"}
        shown = phone.app.test_client().post("/device_authorization", data=form).get_json()
        pages = []
        for _ in range(windows):
            visitor.opens("/device").fills(user_code=shown["user_code"]).sees("Connecter cet appareil ?")
            pages.append((visitor.path, {**fields_of(visitor.html), "act": "agree"}))
        tabs = [tab(visitor.browser) for _ in range(TABS)]

        def agree(number: int) -> TestResponse:
            path, fields = pages[number % windows]
            return tabs[number].post(path, data=fields | own_key(number))

        responses = at_once(phone.app, agree, TABS)
        [done] = [response for response in responses if response.headers.get("Location") == "/device/done"]
        for tab_response in responses:
            if tab_response.status_code == 303:
                assert tab_response is done or tab_response.headers["Location"].startswith("/login/")
            else:
                assert "R04" in tab_response.text or "D02" in tab_response.text
        assert grants() == 1, "a grant of somebody who was too late is rolled back"
        asked = {"grant_type": DEVICE_CODE, "device_code": shown["device_code"], "client_id": phone.client_id}
        assert phone.app.test_client().post("/token", data=asked).status_code == 200
        clock.advance(60)
        assert phone.app.test_client().post("/token", data=asked).get_json()["error"] == "invalid_grant"
