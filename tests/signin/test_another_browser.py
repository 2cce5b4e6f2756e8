"""A login cannot continue in another browser (CVE-2022-39222): every step is refused with another cookie jar."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from idp.database.engine import db, reading
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.pages import fields_of, forms_with, visible_text

STEPS = "/login/<pending_id>/"
DISPATCHER = "/login/<pending_id>"


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian()


@pytest.fixture
def portal(world: World) -> RelyingParty:
    return RelyingParty(world.app, world.relying_party(first_party=False), world.app.test_client())


def addresses(app: Flask, pending_id: str) -> Iterator[tuple[str, str]]:
    """(method, path) of everything that goes on with a waiting request."""
    for rule in app.url_map.iter_rules():
        if rule.rule == DISPATCHER or rule.rule.startswith(STEPS):
            for method in (rule.methods or set()) & {"GET", "POST"}:
                yield method, rule.rule.replace("<pending_id>", pending_id)


def everything(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table, but for the pages of their own refusals that strangers go to, and how many there are."""
    with app.app_context():
        tables = [
            listed
            for listed in db.metadata.tables.values()
            if listed.name not in ("kept_answers", "rate_limits")
        ]
        return {table.name: sorted(map(str, reading().execute(select(table)))) for table in tables}


@pytest.fixture
def strangers(app: Flask, world: World) -> list[FlaskClient]:
    """A visitor without a session, and people whose session owes no step, a password, or the identity check."""
    with app.app_context():
        people = [
            world.guardian("Paul", "Martin"),
            world.guardian("Jeanne", "Petit", state="notified"),
            world.guardian("Louis", "Grand", state="confirming", identity_proved_at=None),
        ]
        return [app.test_client(), *(signed_in_browser(world, person) for person in people)]


def answers(someone: Someone) -> dict[str, str]:
    """Valid values for each form of a login, as an attacker could send them."""
    return {
        "username": someone.username,
        "password": someone.password,
        "again": someone.password,
        "profile": "responsable",
        "act": "agree",
        "code": "000000",
        "mail": "stranger@example.org",
        "day": "14",
        "month": "3",
        "year": "2015",
    }


def token_of(browser: FlaskClient) -> str:
    """The browser's own, which is right in every form of its own pages."""
    return str(forms_with(browser.get("/help").text, {"language"})[0][1]["csrf_token"])


def at_the_profile(portal: RelyingParty, guardian: Someone) -> str:
    return portal.begins()


def at_the_consent(portal: RelyingParty, guardian: Someone) -> str:
    """The last page: one press of its button, and the service has its code."""
    address = portal.begins(scope="openid profile")
    visitor = Visitor(portal.app, portal.browser).opens(address).fills(profile="responsable")
    visitor.fills(username=guardian.username, password=guardian.password)
    assert visitor.path.endswith("/consent")
    return address


@pytest.mark.parametrize("reach", [at_the_profile, at_the_consent])
def test_every_step_is_refused_and_nothing_has_changed(
    app: Flask,
    portal: RelyingParty,
    guardian: Someone,
    strangers: list[FlaskClient],
    reach: Callable[[RelyingParty, Someone], str],
) -> None:
    pending_id = reach(portal, guardian).removeprefix("/login/")
    tokens = [token_of(stranger) for stranger in strangers]
    before, tried = everything(app), set()
    for stranger, token in zip(strangers, tokens, strict=True):
        form = {**answers(guardian), "csrf_token": token}
        for method, path in addresses(app, pending_id):
            response = stranger.open(path, method=method, data=form if method == "POST" else None)
            assert response.status_code == 403 and "R02" in response.text, (method, path)
            assert "Location" not in response.headers and "idp_session" not in str(response.headers)
            tried.add((method, path))
    assert len(tried) > 20
    assert everything(app) == before


def test_the_forms_that_strangers_send_are_right_in_the_browser_of_the_login(
    app: Flask, portal: RelyingParty, guardian: Someone
) -> None:
    """So a refusal above is for the browser, and for nothing that is wrong with the form."""
    address = at_the_profile(portal, guardian)
    pending_id = address.removeprefix("/login/")
    for method, path in addresses(app, pending_id):
        own = portal.browser.get(path) if method == "GET" else None
        assert own is None or "R02" not in visible_text(own.text), path
    form = {**answers(guardian), "csrf_token": token_of(portal.browser)}
    portal.browser.post(f"/login/{pending_id}/profile", data=form)
    portal.browser.post(f"/login/{pending_id}/sign_in", data=form)
    page = portal.browser.get(address, follow_redirects=True)
    assert page.request.path.endswith("/consent")
    agreed = portal.browser.post(page.request.path, data={**fields_of(page.text), **form})
    assert "code=" in agreed.headers["Location"]
