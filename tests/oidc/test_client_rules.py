"""Each rule of a service, on every path to its tokens: a new login, single sign-on, a refresh, a device.

The person has used the service before the rule was made: what they have from then is no way round it.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from idp.oidc.clients import registration, registry
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from tests.actors.device import Device
from tests.actors.relying_party import REDIRECT, RelyingParty, answer, is_error_page, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock

SCOPE = "openid email offline_access ect.scope.portail"
DOCUMENT = {
    "scope": SCOPE,
    "service_claims": ["name", "children"],
    "client_uri": "https://portail.example",
}
NEVER = {"season_from": "01-01", "season_until": "01-02"}


class Service:
    """A service with a person in its browser, and the same as an app on a device; both hold tokens from before."""

    def __init__(self, app: Flask, world: World, clock: Clock, guardian: Someone) -> None:
        self.app, self.clock, self.guardian = app, clock, guardian
        grants = ["authorization_code", "refresh_token"]
        portal = world.relying_party(**DOCUMENT, grant_types=grants)
        on_a_device = world.relying_party(
            **DOCUMENT, grant_types=[*grants, DEVICE_CODE], token_endpoint_auth_method="none"
        )
        with app.app_context():
            self.party = RelyingParty(app, portal, signed_in_browser(world, guardian), {"scope": SCOPE})
            self.person = Visitor(app, signed_in_browser(world, guardian))
        self.device = Device(RelyingParty(app, on_a_device, self.person.browser))
        asked = json.dumps({"id_token": {"email": None, "name": None}})
        self.issued = self.party.tokens(claims=asked)

    def rules(self, **changes: Any) -> "Service":
        """An administrator changes the registrations."""
        for client_id in (self.party.client_id, self.device.party.client_id):
            with self.app.app_context():
                known = registry.find_fresh(client_id)
                assert known is not None
                document = {**registration.shown(known.registration), **changes}
                registration.replace(client_id, document, "test", self.clock())
        return self

    def arrives(self) -> Visitor:
        """A login in a browser without a session."""
        visitor = Visitor(self.app)
        visitor.opens(visitor.browser.get("/authorize", query_string=self.party.parameters()).location)
        if "Choisir mon profil" in visitor.html:
            visitor.fills(profile="responsable")
        return visitor.fills(username=self.guardian.username, password=self.guardian.password)

    def types_the_devices_code(self) -> Visitor:
        return self.person.opens("/device").fills(
            user_code=self.device.begins(scope=SCOPE).shown["user_code"]
        )

    # Grant types, for the clients that may use them.

    def logs_in(self) -> dict[str, Any]:
        visitor = self.arrives()
        assert visitor.page is not None
        return dict(self.party.redeem(answer(visitor.page)["code"]).get_json())

    def is_signed_in(self) -> dict[str, Any]:
        return self.party.tokens(prompt="none")

    def refreshes(self) -> dict[str, Any]:
        return dict(self.party.refresh(self.issued["refresh_token"]).get_json())

    def uses_a_device(self) -> dict[str, Any]:
        self.types_the_devices_code().fills("act=agree")
        return dict(self.device.asks().get_json())

    def refreshes_on_a_device(self, tokens: dict[str, Any]) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        form["client_id"] = self.device.party.client_id
        return dict(self.app.test_client().post("/token", data=form).get_json())


@pytest.fixture
def service(app: Flask, contextless: World, clock: Clock) -> Service:
    guardian = contextless.guardian()
    contextless.family(guardian, contextless.pupil())
    return Service(app, contextless, clock, guardian)


WAYS: list[Callable[[Service], dict[str, Any]]] = [
    Service.logs_in,
    Service.is_signed_in,
    Service.refreshes,
    Service.uses_a_device,
]
ON_ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where nothing that is asked stands in the database but the registration."""


def claims_of(tokens: dict[str, Any]) -> dict[str, Any]:
    part = tokens["id_token"].split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def test_a_service_without_rules_is_open_on_every_path(service: Service) -> None:
    """The counter-check: without a rule nothing is refused."""
    for way in WAYS:
        tokens = way(service)
        assert tokens["scope"] == SCOPE, way.__name__
        userinfo = service.party.userinfo(tokens["access_token"]).get_json()
        assert {"sub", "email", "name", "children"} <= set(userinfo), way.__name__


CLOSING: dict[str, tuple[dict[str, Any], str, str]] = {
    "accepted_profiles": ({"accepted_profiles": ["eleve"]}, "S07", "account_selection_required"),
    "accepted_schools": ({"accepted_schools": ["0990002P"]}, "P06", "access_denied"),
    "season": (NEVER, "P05", "access_denied"),
}
"""Rule → (what the registration says, the code on the person's page, the error where no page may be shown)."""


@pytest.mark.parametrize("rule", CLOSING)
def test_a_rule_refuses_a_person_on_every_path(service: Service, rule: str) -> None:
    on_a_device = service.uses_a_device()
    changes, code, error = CLOSING[rule]
    service.rules(**changes)
    assert REDIRECT not in service.arrives().sees(code).html
    assert answer(service.party.authorize(prompt="none"))["error"] == error
    Visitor(service.app, service.party.browser)._arrive(service.party.authorize()).sees(code)
    assert service.refreshes()["error"] == "invalid_grant"
    assert service.refreshes_on_a_device(on_a_device)["error"] == "invalid_grant"
    service.types_the_devices_code().sees(code)
    assert service.device.poll_error() == "authorization_pending"


def test_the_rules_admit_a_matching_person_on_every_path(service: Service) -> None:
    """The same rules with values that match this person: no rule refuses everyone."""
    service.rules(
        accepted_profiles=["responsable"],
        accepted_schools=["0990001N"],
        season_from="01-01",
        season_until="12-31",
    )
    for way in WAYS:
        assert way(service)["scope"] == SCOPE, way.__name__


def test_a_suspended_service_gets_no_tokens_on_any_path(service: Service) -> None:
    party, device = service.party, service.device
    for client_id in (party.client_id, device.party.client_id):
        with service.app.app_context():
            registration.disable(client_id, "test", service.clock())
    stranger = service.app.test_client().get("/authorize", query_string=party.parameters())
    for response in (stranger, party.authorize(), party.authorize(prompt="none")):
        assert is_error_page(response, "P04")
    assert service.refreshes()["error"] == "invalid_client"
    assert party.userinfo(service.issued["access_token"]).status_code == 401
    form = {"client_id": device.party.client_id, "scope": SCOPE}
    assert device.http.post("/device_authorization", data=form).get_json()["error"] == "invalid_client"
    for client_id in (party.client_id, device.party.client_id):
        with service.app.app_context():
            registration.enable(client_id, "test", service.clock())
    assert party.userinfo(service.issued["access_token"]).status_code == 200
    assert service.refreshes()["scope"] == SCOPE


@ON_ONE_ENGINE
class TestDefaultMaxAge:
    """OIDC Core §3.1.2.1, Registration §2: applies to logins; a refresh is no login, and keeps the `auth_time` (§12.2)."""

    @pytest.fixture
    def later(self, service: Service) -> Service:
        service.rules(default_max_age=60)
        service.clock.advance(61)
        return service

    def test_a_fresh_login_is_fresh(self, later: Service) -> None:
        assert claims_of(later.logs_in())["auth_time"] == later.clock()

    def test_single_sign_on_is_a_login_again(self, later: Service) -> None:
        party = later.party
        assert answer(party.authorize(prompt="none"))["error"] == "login_required"
        assert Visitor(later.app, party.browser)._arrive(party.authorize()).path.endswith("/sign_in")
        assert "code" in answer(party.authorize(prompt="none", max_age="61")), "a request says otherwise"

    def test_a_devices_person_signs_in_again(self, later: Service) -> None:
        later.types_the_devices_code()
        assert later.person.path.endswith("/sign_in")
        assert later.device.poll_error() == "authorization_pending"

    def test_a_refresh_has_the_auth_time_of_the_login(self, later: Service) -> None:
        assert claims_of(later.refreshes())["auth_time"] == later.clock() - 61


@ON_ONE_ENGINE
class TestDefaultAcrValues:
    def test_a_second_factor_is_required_on_every_path(self, service: Service) -> None:
        service.rules(default_acr_values=["eidas2"])
        party = service.party
        assert service.arrives().path.endswith("/set_up_factor")
        assert answer(party.authorize(prompt="none"))["error"] == "interaction_required"
        assert Visitor(service.app, party.browser)._arrive(party.authorize()).path.endswith("/set_up_factor")
        assert service.types_the_devices_code().path.endswith("/set_up_factor")
        assert service.device.poll_error() == "authorization_pending"
        assert claims_of(service.refreshes())["acr"] == "eidas1", "what that login was, and no more"

    def test_a_profile_is_required_on_every_path(self, service: Service) -> None:
        service.rules(default_acr_values=["eleve"])
        party = service.party
        service.arrives().sees("S07")
        assert answer(party.authorize(prompt="none"))["error"] == "account_selection_required"
        Visitor(service.app, party.browser)._arrive(party.authorize()).sees("S07")
        service.types_the_devices_code().sees("S07")
        assert service.device.poll_error() == "authorization_pending"


def test_a_removed_scope_is_granted_on_no_path(service: Service) -> None:
    less = SCOPE.replace(" email", "")
    service.rules(scope=less)
    for way in WAYS:
        tokens = way(service)
        userinfo = service.party.userinfo(tokens["access_token"]).get_json()
        assert tokens["scope"] == less, way.__name__
        assert not {"email", "email_verified"} & {*userinfo, *claims_of(tokens)}, way.__name__
        if way is not Service.uses_a_device:
            assert service.party.introspect(tokens["access_token"])["scope"] == less, way.__name__


def test_a_removed_scope_is_not_granted_on_request(service: Service) -> None:
    service.rules(scope=SCOPE.replace(" email", ""))
    refresh = service.issued["refresh_token"]
    narrowed = service.party.refresh(refresh, scope="openid email").get_json()
    assert narrowed["scope"] == "openid"
    assert set(service.party.userinfo(narrowed["access_token"]).get_json()) == {"sub"}
    asked = json.dumps({"userinfo": {"email": None}, "id_token": {"email": {"essential": True}}})
    tokens = service.party.tokens(claims=asked)
    assert "email" not in claims_of(tokens)
    assert "email" not in service.party.userinfo(tokens["access_token"]).get_json()


def test_a_removed_service_claim_is_released_on_no_path(service: Service) -> None:
    service.rules(service_claims=["children"])
    for way in WAYS:
        tokens = way(service)
        userinfo = service.party.userinfo(tokens["access_token"]).get_json()
        assert "children" in userinfo and "name" not in {*userinfo, *claims_of(tokens)}, way.__name__


@ON_ONE_ENGINE
def test_a_removed_grant_type_is_refused_on_every_path(service: Service) -> None:
    service.rules(grant_types=["refresh_token", DEVICE_CODE])
    assert answer(service.party.authorize(prompt="none"))["error"] == "unauthorized_client"
    service.rules(grant_types=["authorization_code"])
    assert service.refreshes()["error"] == "unauthorized_client"
    form = {"client_id": service.device.party.client_id, "scope": SCOPE}
    refused = service.device.http.post("/device_authorization", data=form)
    assert refused.get_json()["error"] == "unauthorized_client"


class TestADeletedService:
    """RFC 7592 §2.3: gone for good. Suspending and taking that back do not bring it to life."""

    def test_stays_gone(self, service: Service) -> None:
        client_id, now = service.party.client_id, service.clock()
        with service.app.app_context():
            registration.delete(client_id, "test", now)
            for act in (registration.enable, registration.disable, registration.enable):
                with pytest.raises(registration.NoSuchClient):
                    act(client_id, "test", now)
                assert registry.find(client_id) is None and registry.find_fresh(client_id) is None
        assert is_error_page(service.party.authorize(), "P01")
        assert service.refreshes()["error"] == "invalid_client"
        assert service.party.userinfo(service.issued["access_token"]).status_code == 401

    def test_is_changed_by_no_other_act(self, service: Service) -> None:
        client_id, now = service.party.client_id, service.clock()
        with service.app.app_context():
            registration.delete(client_id, "test", now)
            for act in (registration.rotate_secret, registration.end_previous_secret, registration.delete):
                with pytest.raises(registration.NoSuchClient):
                    act(client_id, "test", now)
