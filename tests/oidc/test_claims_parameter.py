"""The claims parameter (OIDC Core §5.5): places, values, `sub`, and an `acr` that must be reached."""

import json
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import Clock


@pytest.fixture
def party(app: Flask, world: World) -> RelyingParty:
    return RelyingParty(app, world.relying_party(), signed_in_browser(world, world.guardian()))


def asked(**sections: Any) -> str:
    return json.dumps(sections)


def id_token(app: Flask, tokens: dict[str, Any]) -> dict[str, Any]:
    keys = KeySet.import_key_set(app.test_client().get("/jwks.json").get_json())
    return dict(jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims)


def test_id_token_and_userinfo_have_the_claims_requested_for_each(app: Flask, party: RelyingParty) -> None:
    claims = asked(
        id_token={"email": {"essential": True}}, userinfo={"phone_number": None, "family_name": None}
    )
    tokens = party.tokens(scope="openid", claims=claims)
    assert id_token(app, tokens)["email"] == "claire@example.org"
    userinfo = party.userinfo(tokens["access_token"]).get_json()
    assert userinfo["family_name"] == "Durand" and "email" not in userinfo


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ({"value": "Durand"}, True),
        ({"value": "Petit"}, False),
        ({"values": ["Petit", "Durand"]}, True),
        ({"values": ["Petit"], "essential": True}, False),
        ({"value": 5}, False),
        ({"values": []}, True),
    ],
)
def test_a_claim_that_was_wanted_with_a_value_comes_only_with_it(
    app: Flask, party: RelyingParty, wanted: dict[str, Any], there: bool
) -> None:
    section = {"family_name": wanted}
    tokens = party.tokens(scope="openid", claims=asked(id_token=section, userinfo=section))
    assert ("family_name" in id_token(app, tokens)) is there
    assert ("family_name" in party.userinfo(tokens["access_token"]).get_json()) is there


class TestSub:
    def test_of_the_sessions_person_passes(self, app: Flask, party: RelyingParty) -> None:
        sub = id_token(app, party.tokens())["sub"]
        assert "code" in answer(
            party.authorize(claims=asked(id_token={"sub": {"value": sub}}), prompt="none")
        )

    def test_of_another_person_is_login_required_without_a_page(self, party: RelyingParty) -> None:
        response = answer(party.authorize(claims=asked(id_token={"sub": {"value": "x"}}), prompt="none"))
        assert response["error"] == "login_required"

    def test_of_another_person_asks_for_another_login_and_refuses_the_wrong_one(
        self, app: Flask, world: World, party: RelyingParty, clock: Clock
    ) -> None:
        clock.advance(60)
        nadia = world.guardian("Nadia", "Petit")
        page = party.authorize(claims=asked(id_token={"sub": {"value": "x"}})).headers["Location"]
        visitor = Visitor(app, party.browser).opens(page).fills("profile=responsable")
        visitor.fills(username=nadia.username, password=nadia.password)
        if visitor.page is not None and visitor.page.status_code == 200:
            # The person who was signed in before is named, and that their session has ended.
            visitor.sees("Nadia Petit").opens(page)
        assert visitor.page is not None
        assert answer(visitor.page)["error"] == "login_required"


class TestACR:
    def test_that_is_essential_and_unknown_is_refused(self, party: RelyingParty) -> None:
        acr = {"essential": True, "values": ["urn:mace:incommon:iap:silver"]}
        response = answer(party.authorize(claims=asked(id_token={"acr": acr})))
        assert response["error"] == "unmet_authentication_requirements"

    def test_that_is_voluntary_and_unknown_is_passed_over(self, app: Flask, party: RelyingParty) -> None:
        tokens = party.tokens(claims=asked(id_token={"acr": {"values": ["silver"]}}))
        assert id_token(app, tokens)["acr"] == "eidas1"

    def test_that_is_essential_is_reached_by_a_second_step(self, party: RelyingParty) -> None:
        acr = {"essential": True, "values": ["silver", "eidas2"]}
        response = answer(party.authorize(claims=asked(id_token={"acr": acr}), prompt="none"))
        assert response["error"] == "interaction_required"
        page = party.authorize(claims=asked(id_token={"acr": acr})).headers["Location"]
        Visitor(party.app, party.browser).opens(page).sees("Connexion en deux étapes")

    def test_of_a_profile_that_the_service_refuses_is_unmet(self, app: Flask, world: World) -> None:
        party = RelyingParty(app, world.relying_party(accepted_profiles=["responsable"]), app.test_client())
        acr = {"essential": True, "value": "eleve"}
        response = answer(party.authorize(claims=asked(id_token={"acr": acr})))
        assert response["error"] == "unmet_authentication_requirements"

    def test_of_the_registration_counts_where_the_request_is_silent(self, app: Flask, world: World) -> None:
        registered = world.relying_party(default_acr_values=["eidas2"])
        party = RelyingParty(app, registered, signed_in_browser(world, world.guardian()))
        assert answer(party.authorize(prompt="none"))["error"] == "interaction_required"
        assert "code" in answer(party.authorize(prompt="none", acr_values="eidas1"))


@pytest.mark.parametrize(
    "text",
    ["[]", "5", '{"id_token": 5}', '{"userinfo": {"email": 5}}', '{"id_token": {"acr": {"values": 5}}}', "{"],
)
def test_another_form_is_invalid_request(party: RelyingParty, text: str) -> None:
    assert answer(party.authorize(claims=text))["error"] == "invalid_request"
