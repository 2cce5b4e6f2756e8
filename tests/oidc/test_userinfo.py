"""GET and POST /userinfo, and the released claims (OIDC Core §5.3, §5.4, §5.5)."""

import json
from typing import Any

import pytest

from idp.oidc.clients import registration, registry
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import Someone, World

pytestmark = pytest.mark.both_engines


def info(portal: RelyingParty, **changes: str) -> dict[str, Any]:
    return dict(portal.userinfo(portal.tokens(**changes)["access_token"]).get_json())


def test_openid_alone_releases_the_subject_alone(portal: RelyingParty) -> None:
    assert set(info(portal)) == {"sub"}


def test_the_standard_scopes_release_the_standard_claims(world: World, portal: RelyingParty) -> None:
    rich = world.guardian(
        "Ana",
        "Costa",
        mobile="+33612345678",
        address="1 rue des Lilas",
        postal_code="99000",
        city="Belleville",
    )
    portal.browser = signed_in_browser(world, rich)
    claims = info(portal, scope="openid profile email phone address")
    assert (
        claims["name"] == "Ana Costa"
        and claims["given_name"] == "Ana"
        and isinstance(claims["updated_at"], int)
    )
    assert claims["email"] == "ana@example.org" and claims["email_verified"] is True
    assert claims["phone_number"] == "+33612345678" and claims["phone_number_verified"] is False
    assert claims["address"]["formatted"] == "1 rue des Lilas\n99000 Belleville"


def test_an_absent_claim_is_left_out_and_never_empty(world: World, portal: RelyingParty) -> None:
    claims = info(portal, scope="openid profile email phone address ect.scope.cnx")
    assert "phone_number" not in claims and "address" not in claims
    assert all(value not in (None, "", [], {}) for value in claims.values())


def test_a_removed_scope_releases_no_claims(world: World, portal: RelyingParty) -> None:
    token = portal.tokens(scope="openid email ect.scope.portail")["access_token"]
    assert {"sub", "email"} < set(portal.userinfo(token).get_json())
    client = registry.find_fresh(portal.client_id)
    assert client is not None
    less = {**registration.shown(client.registration), "scope": "openid profile"}
    registration.replace(portal.client_id, less, "test", world.clock())
    assert set(portal.userinfo(token).get_json()) == {"sub"}


def test_the_token_may_come_in_the_body_of_a_post(portal: RelyingParty) -> None:
    token = portal.tokens()["access_token"]
    browser = portal.app.test_client()
    assert browser.post("/userinfo", data={"access_token": token}).get_json()["sub"]
    assert browser.post("/userinfo", headers={"Authorization": f"Bearer {token}"}).get_json()["sub"]
    both = browser.post(
        "/userinfo", data={"access_token": token}, headers={"Authorization": f"Bearer {token}"}
    )
    assert both.status_code == 401 or both.status_code == 400
    assert browser.get(f"/userinfo?access_token={token}").status_code == 401, "never in the address"


def test_no_token_gets_a_challenge_without_an_error(portal: RelyingParty) -> None:
    response = portal.app.test_client().get("/userinfo")
    assert response.status_code == 401
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith(
        'Bearer realm="http://localhost", DPoP realm="http://localhost", algs="ES256 '
    )
    assert "error" not in challenge


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer unknown", "Basic abc", "Bearer é", "Bearer " + "x" * 9000]
)
def test_a_wrong_token_is_401(portal: RelyingParty, header: str) -> None:
    response = portal.app.test_client().get("/userinfo", headers={"Authorization": header})
    assert response.status_code in (400, 401) and response.mimetype == "application/json"


def test_a_single_claim_can_be_asked_for_within_the_registration(portal: RelyingParty) -> None:
    asked = json.dumps({"userinfo": {"given_name": {"essential": True}, "FrEduCtEleveINE": None}})
    claims = info(portal, claims=asked)
    assert (
        claims["given_name"] == "Claire" and "FrEduCtEleveINE" not in claims and "family_name" not in claims
    )


def test_a_claim_can_be_asked_for_in_the_id_token(portal: RelyingParty) -> None:
    from tests.actors.readings import claims_of

    tokens = portal.tokens(claims=json.dumps({"id_token": {"email": None}}))
    assert claims_of(portal, tokens["id_token"])["email"] == "claire@example.org"


class TestFamilies:
    @pytest.fixture
    def child(self, world: World, guardian: Someone) -> Someone:
        child = world.pupil(ine="123456789AB", birth_date="2015-01-02")
        world.family(guardian, child)
        return child

    def test_a_guardian_shows_the_children(self, portal: RelyingParty, child: Someone) -> None:
        claims = info(portal, scope="openid ect.scope.cnx ect.scope.portail")
        assert claims["FrEduCtPersonAffiliation"] == ["resp2d"] and claims["sdet_profiles"] == [
            "National_TUT"
        ]
        (shown,) = claims["children"]
        assert shown["given_name"] == "Léa" and shown["class"] == "6 A" and shown["relation"] == "mother"
        assert shown["school"] == {"uai": "0990001N", "name": "Collège des Tilleuls"}

    def test_the_childs_own_sub_is_the_one_the_guardian_shows(
        self, world: World, portal: RelyingParty, child: Someone
    ) -> None:
        seen = info(portal, scope="openid ect.scope.portail")["children"][0]["sub"]
        portal.browser = signed_in_browser(world, child)
        assert info(portal)["sub"] == seen

    def test_a_pupil_shows_class_and_school_and_no_birth_date(
        self, world: World, portal: RelyingParty, child: Someone
    ) -> None:
        scope = "openid ect.scope.cnx ect.scope.schooling"
        portal.registered = world.relying_party(scope=scope)
        portal.browser = signed_in_browser(world, child)
        claims = info(portal, scope=scope)
        assert (
            claims["class"] == "6 A"
            and claims["FrEduCtEleveUAI"] == "0990001N"
            and claims["age_over_15"] is False
        )
        assert claims["FrEduCtPersonAffiliation"] == ["eleve2d"]
        assert not [name for name in claims if "birth" in name or "INE" in name]

    def test_the_ine_is_released_only_with_its_own_scope(
        self, world: World, portal: RelyingParty, child: Someone
    ) -> None:
        portal.registered = world.relying_party(scope="openid ect.scope.ine ect.scope.ine_hash")
        portal.browser = signed_in_browser(world, child)
        claims = info(portal, scope="openid ect.scope.ine ect.scope.ine_hash")
        assert claims["FrEduCtEleveINE"] == "123456789AB" and len(claims["FrEduCtEleveINEHash"]) == 64

    def test_staff_show_where_they_work(self, world: World, portal: RelyingParty) -> None:
        scope = "openid ect.scope.cnx ect.scope.staff"
        portal.registered = world.relying_party(scope=scope)
        portal.browser = signed_in_browser(world, world.staff())
        claims = info(portal, scope=scope)
        assert claims["sdet_profiles"] == ["National_DIR"]
        assert claims["roles"] == [{"role": "head", "uai": "0990001N", "name": "Collège des Tilleuls"}]


class TestSubjects:
    def test_two_sectors_cannot_compare_their_people(self, world: World, portal: RelyingParty) -> None:
        here = info(portal)["sub"]
        portal.registered = world.relying_party()
        assert info(portal)["sub"] == here, "same sector, same name"
        portal.registered = world.relying_party(redirect_uris=["https://autre.example/cb"])
        code = (
            portal.authorize(redirect_uri="https://autre.example/cb")
            .headers["Location"]
            .split("code=")[1]
            .split("&")[0]
        )
        token = portal.redeem(code, redirect_uri="https://autre.example/cb").get_json()["access_token"]
        assert portal.userinfo(token).get_json()["sub"] != here

    def test_public_subjects_where_they_are_registered(
        self, world: World, portal: RelyingParty, guardian: Someone
    ) -> None:
        portal.registered = world.relying_party(subject_type="public")
        assert info(portal)["sub"] == world.facts(guardian).subject
