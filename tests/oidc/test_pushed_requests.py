"""Pushed authorization requests outside FAPI 2.0 too (RFC 9126)."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.actors.relying_party import RelyingParty, answer, is_error_page, signed_in_browser
from tests.actors.world import World
from tests.at_once import at_once


@pytest.fixture
def party(app: Flask, world: World) -> RelyingParty:
    return RelyingParty(app, world.relying_party(), signed_in_browser(world, world.guardian()))


def push(party: RelyingParty, headers: Any = None, **changes: str | None) -> TestResponse:
    form = party.parameters(**changes)
    return party.app.test_client().post("/par", data=form, headers=headers or party.credentials)


def opens(party: RelyingParty, uri: str, **more: str) -> TestResponse:
    query = {"client_id": party.client_id, "request_uri": uri, **more}
    return party.browser.get("/authorize", query_string=query)


def test_a_pushed_request_is_answered_like_any_other(party: RelyingParty) -> None:
    response = push(party)
    assert response.status_code == 201 and response.headers["Cache-Control"] == "no-store"
    body = response.get_json()
    assert body["request_uri"].startswith("urn:ietf:params:oauth:request_uri:") and body["expires_in"] == 90
    answered = answer(opens(party, body["request_uri"]))
    assert answered["state"] == "the-state"
    assert party.redeem(answered["code"]).status_code == 200


def test_parameters_beside_the_request_uri_are_ignored(party: RelyingParty) -> None:
    uri = push(party, scope="openid").get_json()["request_uri"]
    response = answer(
        opens(party, uri, scope="openid profile", state="other", redirect_uri="https://evil.example/")
    )
    assert response["state"] == "the-state"
    assert party.redeem(response["code"]).get_json()["scope"] == "openid"


def test_a_public_client_pushes_with_its_client_id(app: Flask, world: World) -> None:
    registered = world.relying_party(token_endpoint_auth_method="none")
    party = RelyingParty(app, registered, signed_in_browser(world, world.guardian()))
    response = app.test_client().post("/par", data=party.parameters())
    assert "code" in answer(opens(party, response.get_json()["request_uri"]))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"request": "junk"}, "invalid_request_object"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request_object"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"resource": "https://nobody.example/"}, "invalid_target"),
        ({"client_id": "another"}, "invalid_request"),
    ],
)
def test_the_errors_of_authorize_are_answered_as_json(
    party: RelyingParty, changes: dict[str, str | None], error: str
) -> None:
    response = push(party, **changes)
    assert (response.status_code, response.get_json()["error"]) == (400, error)


def test_a_wrong_secret_is_refused_at_par(party: RelyingParty) -> None:
    response = push(party, {"Authorization": "Basic eDp5"})
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")
    assert "WWW-Authenticate" in response.headers


def test_a_client_that_must_push_is_refused_otherwise(app: Flask, world: World) -> None:
    registered = world.relying_party(require_pushed_authorization_requests=True)
    party = RelyingParty(app, registered, signed_in_browser(world, world.guardian()))
    assert answer(party.authorize())["error"] == "invalid_request"
    assert "code" in answer(opens(party, push(party).get_json()["request_uri"]))


@pytest.mark.parametrize(
    "uri", ["urn:ietf:params:oauth:request_uri:made-up", "urn:ietf:params:oauth:request_uri:"]
)
def test_a_made_up_reference_is_a_page(party: RelyingParty, uri: str) -> None:
    assert is_error_page(opens(party, uri), "P07")


def test_an_answered_request_is_used_up(party: RelyingParty) -> None:
    uri = push(party).get_json()["request_uri"]
    assert "code" in answer(opens(party, uri))
    assert is_error_page(opens(party, uri), "P07")


def test_an_error_page_does_not_use_the_request_up(app: Flask, world: World) -> None:
    party = RelyingParty(app, world.relying_party(), app.test_client())
    uri = push(party, prompt="none").get_json()["request_uri"]
    assert answer(opens(party, uri))["error"] == "login_required"
    party.browser = signed_in_browser(world, world.guardian())
    assert "code" in answer(opens(party, uri))


@pytest.mark.both_engines
def test_twenty_at_once_get_one_code(app: Flask, world: World, party: RelyingParty) -> None:
    uri = push(party).get_json()["request_uri"]
    guardian = world.guardian("Nadia", "Petit")
    browsers = [signed_in_browser(world, guardian) for _ in range(20)]
    query = {"client_id": party.client_id, "request_uri": uri}

    def status_of(number: int) -> int:
        return browsers[number].get("/authorize", query_string=query).status_code

    statuses = at_once(app, status_of, 20)
    assert statuses.count(303) == 1 and set(statuses) <= {303, 400, 409}


@pytest.mark.settings(throttling={"rows_per_address": 10, "rows_per_client": 100})
def test_a_client_with_a_secret_has_a_budget_of_its_own(party: RelyingParty) -> None:
    """Not its network's: a school's services may all be behind one address."""
    assert {push(party).status_code for _ in range(100)} == {201}
    refused = push(party)
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "3600"
    assert refused.get_json()["error"] == "temporarily_unavailable"
