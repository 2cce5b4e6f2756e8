"""Refresh tokens: rotation, binding, and revocation of a family on reuse (RFC 6749 §6, RFC 9700 §4.14)."""

from typing import Any

import pytest

from tests.actors.readings import claims_of
from tests.actors.relying_party import RelyingParty
from tests.actors.world import Someone, World
from tests.at_once import at_once
from tests.conftest import Clock

pytestmark = pytest.mark.both_engines

OFFLINE = "openid offline_access email"


@pytest.fixture
def tokens(portal: RelyingParty) -> dict[str, Any]:
    return portal.tokens(scope=OFFLINE)


def test_no_refresh_token_without_offline_access(portal: RelyingParty) -> None:
    assert "refresh_token" not in portal.tokens(scope="openid email")


def test_no_refresh_token_for_a_client_without_the_grant_type(world: World, portal: RelyingParty) -> None:
    portal.registered = world.relying_party(grant_types=["authorization_code"])
    assert "refresh_token" not in portal.tokens(scope=OFFLINE)


def test_a_refresh_gives_new_tokens_and_the_same_person(
    portal: RelyingParty, tokens: dict[str, Any], clock: Clock
) -> None:
    first = claims_of(portal, tokens["id_token"])
    clock.advance(3600)
    fresh = portal.refresh(tokens["refresh_token"]).get_json()
    again = claims_of(portal, fresh["id_token"])
    assert {name: again[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: first[name] for name in ("iss", "sub", "aud", "auth_time")
    }
    assert again["iat"] == clock.now and fresh["refresh_token"] != tokens["refresh_token"]
    assert portal.userinfo(fresh["access_token"]).status_code == 200


def test_a_lost_answer_gets_the_same_successor_within_the_grace(
    portal: RelyingParty, tokens: dict[str, Any], clock: Clock
) -> None:
    first = portal.refresh(tokens["refresh_token"]).get_json()
    clock.advance(20)
    second = portal.refresh(tokens["refresh_token"]).get_json()
    assert (
        second["refresh_token"] == first["refresh_token"] and second["access_token"] != first["access_token"]
    )


def test_a_token_from_before_the_grace_ends_the_family(
    portal: RelyingParty, tokens: dict[str, Any], clock: Clock
) -> None:
    fresh = portal.refresh(tokens["refresh_token"]).get_json()
    clock.advance(21)
    assert portal.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert portal.refresh(fresh["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert portal.userinfo(fresh["access_token"]).status_code == 401


def test_an_older_ancestor_ends_the_family_even_within_the_grace(
    portal: RelyingParty, tokens: dict[str, Any]
) -> None:
    second = portal.refresh(tokens["refresh_token"]).get_json()["refresh_token"]
    third = portal.refresh(second).get_json()["refresh_token"]
    assert portal.refresh(tokens["refresh_token"]).status_code == 400
    assert portal.refresh(third).status_code == 400


def test_another_client_gets_no_tokens_and_revokes_nothing(
    world: World, portal: RelyingParty, tokens: dict[str, Any]
) -> None:
    registration = portal.registered
    portal.registered = world.relying_party()
    for presented in (tokens["refresh_token"], f"{tokens['refresh_token'].partition('.')[0]}.junk"):
        assert portal.refresh(presented).get_json()["error"] == "invalid_grant"
    portal.registered = registration
    assert portal.refresh(tokens["refresh_token"]).status_code == 200


def test_fifty_at_once_find_one_successor(portal: RelyingParty, tokens: dict[str, Any]) -> None:
    answers = at_once(portal.app, lambda _: portal.refresh(tokens["refresh_token"]).get_json())
    successors = {answer["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert portal.refresh(successors.pop()).status_code == 200


def test_a_scope_that_was_asked_but_not_granted_is_left_out_quietly(portal: RelyingParty) -> None:
    tokens = portal.tokens(scope=OFFLINE + " unheard-of")
    assert "unheard-of" not in tokens["scope"]
    answer = portal.refresh(tokens["refresh_token"], scope="openid unheard-of").get_json()
    assert answer["scope"] == "openid"


def test_a_scope_that_was_never_asked_is_invalid_scope(portal: RelyingParty, tokens: dict[str, Any]) -> None:
    assert (
        portal.refresh(tokens["refresh_token"], scope="openid phone").get_json()["error"] == "invalid_scope"
    )
    assert portal.refresh(tokens["refresh_token"]).status_code == 200


def test_idle_and_absolute_age_end_a_family(
    portal: RelyingParty, tokens: dict[str, Any], clock: Clock
) -> None:
    token = tokens["refresh_token"]
    for _ in range(6):
        clock.advance(1209600 - 1)
        response = portal.refresh(token)
        assert response.status_code == 200
        token = response.get_json()["refresh_token"]
    clock.advance(1209600 - 1)
    assert portal.refresh(token).status_code == 400, "90 days are over"
    portal_tokens = tokens
    assert portal.refresh(portal_tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("values", [{"state": "closed"}, {"present": False}, {"credentials_generation": 1}])
def test_a_family_ends_with_the_right_to_sign_in(
    world: World,
    portal: RelyingParty,
    guardian: Someone,
    tokens: dict[str, Any],
    values: dict[str, Any],
) -> None:
    world.set_account(guardian, **values)
    assert portal.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert portal.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("token", ["", ".", "x", "a.b", "x" * 5000, "é.é", "0" * 32 + ".x"])
def test_a_malformed_refresh_token_is_invalid_grant(portal: RelyingParty, token: str) -> None:
    assert portal.refresh(token).status_code == 400


class TestRevocation:
    def test_revoking_a_refresh_token_revokes_its_grant(
        self, portal: RelyingParty, tokens: dict[str, Any]
    ) -> None:
        assert portal.revoke(tokens["refresh_token"]).status_code == 200
        assert portal.refresh(tokens["refresh_token"]).status_code == 400
        assert portal.userinfo(tokens["access_token"]).status_code == 401

    def test_an_access_token_is_revoked_alone(self, portal: RelyingParty, tokens: dict[str, Any]) -> None:
        assert portal.revoke(tokens["access_token"]).status_code == 200
        assert portal.userinfo(tokens["access_token"]).status_code == 401
        assert portal.refresh(tokens["refresh_token"]).status_code == 200

    def test_a_family_revoked_within_the_grace_stays_revoked(
        self, portal: RelyingParty, tokens: dict[str, Any]
    ) -> None:
        fresh = portal.refresh(tokens["refresh_token"]).get_json()
        portal.revoke(fresh["refresh_token"])
        assert portal.refresh(tokens["refresh_token"]).status_code == 400

    def test_revoking_another_clients_token_has_no_effect_and_is_answered_alike(
        self, world: World, portal: RelyingParty, tokens: dict[str, Any]
    ) -> None:
        registration = portal.registered
        portal.registered = world.relying_party()
        assert portal.revoke(tokens["refresh_token"]).status_code == 200
        portal.registered = registration
        assert portal.refresh(tokens["refresh_token"]).status_code == 200

    def test_an_unknown_token_is_no_error(self, portal: RelyingParty) -> None:
        assert portal.revoke("unknown").status_code == 200


class TestIntrospection:
    def test_an_active_token_is_described(
        self, portal: RelyingParty, tokens: dict[str, Any], clock: Clock
    ) -> None:
        introspected = portal.introspect(tokens["access_token"])
        assert (
            introspected["active"]
            and introspected["client_id"] == portal.client_id
            and introspected["exp"] == clock.now + 600
        )
        assert portal.introspect(tokens["refresh_token"])["active"]

    def test_an_inactive_or_unknown_token_is_reported_as_inactive(
        self, portal: RelyingParty, tokens: dict[str, Any], clock: Clock
    ) -> None:
        clock.advance(600)
        assert portal.introspect(tokens["access_token"]) == {"active": False}
        assert portal.introspect("unknown") == {"active": False}

    def test_another_clients_token_is_reported_as_inactive(
        self, world: World, portal: RelyingParty, tokens: dict[str, Any]
    ) -> None:
        portal.registered = world.relying_party()
        assert portal.introspect(tokens["access_token"]) == {"active": False}

    def test_introspection_requires_authentication(
        self, portal: RelyingParty, tokens: dict[str, Any]
    ) -> None:
        response = portal.app.test_client().post("/introspect", data={"token": tokens["access_token"]})
        assert response.status_code == 401
