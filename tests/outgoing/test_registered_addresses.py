"""Every URL of a registration, from registration to logout: none reaches an internal address (CVE-2026-55671).

The other half is the proof of the first: where loopback may be called, those that are fetched are seen to be fetched.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.console import trial_login
from idp.jobs import queue
from idp.network.kept_sessions import KeptSessions
from idp.oidc.clients import registration, remote_documents
from idp.oidc.clients.registration import Registered
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.participants import notices
from idp.services.notices import NotDelivered
from idp.services.rules.registration_reader import MetadataFaults
from idp.worker.housekeeping import housekeeping
from idp.worker.long_work import RUNNERS
from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import World, deliver_due
from tests.conformance import registrations
from tests.conformance.fapi_client import FapiClient, new_key
from tests.conftest import Clock
from tests.outgoing.outside import Listener, Outside

FETCHED = {
    "jwks_uri": "at the token endpoint",
    "sector_identifier_uri": "at the registration",
    "request_uris": "at the authorization endpoint",
    "backchannel_logout_uri": "by the worker, after a logout",
    "initiate_login_uri": "by the worker, for an administrator's trial",
    "client_uri": "by the worker, for an administrator's trial",
}
"""Members whose address this provider calls itself, and where."""

SHOWN = {
    "redirect_uris",
    "post_logout_redirect_uris",
    "frontchannel_logout_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
}
"""Members that only a person's own browser goes to."""


def test_every_address_of_a_registration_is_here() -> None:
    """A member without a row fails: a new member needs a row that states whether it is fetched."""
    members = {field.name for field in dataclasses.fields(ClientMetadata)}
    assert {name for name in members if name.endswith(("_uri", "_uris"))} == {*FETCHED, *SHOWN}


class Life:
    """Clients with every member at `address`, from their registration to their people's logout and the worker's turn."""

    def __init__(self, app: Flask, world: World, clock: Clock, address: str) -> None:
        self.app, self.clock, self.address = app, clock, address
        self.guardian = world.guardian()

    def passes(self) -> None:
        """Three ways: with keys to be fetched; with a secret instead, and started elsewhere; with a sector to be fetched."""
        everything = {*FETCHED, *SHOWN} - {"sector_identifier_uri"}
        for members, status in (
            (everything, 201),
            (everything - {"jwks_uri", "initiate_login_uri"}, 201),
            (("sector_identifier_uri",), 400),
        ):
            answered = self.registers(members)
            assert answered.status_code == status, answered.text
            if status == 201:
                body = answered.get_json()
                made = Registered(body["client_id"], body.get("client_secret"), body)
                party = RelyingParty(self.app, made, self.app.test_client())
                self.logs_in_and_out(party, body["redirect_uris"][0])
                self.is_tried(party.client_id)
        with self.app.app_context():
            housekeeping(self.clock())

    def registers(self, names: Iterable[str]) -> TestResponse:
        members: dict[str, Any] = {
            name: [self.at(name)] if name.endswith("s") else self.at(name) for name in names
        }
        if "jwks_uri" in members:
            members["token_endpoint_auth_method"] = "private_key_jwt"
        members["grant_types"] = ["authorization_code", "refresh_token"]
        return registrations.registration(self.app, self.clock, **members)

    def at(self, member: str) -> str:
        return f"{self.address}/{member}"

    def logs_in_and_out(self, party: RelyingParty, redirect: str) -> None:
        person = Visitor(self.app, party.browser)
        asked = party.parameters(scope="openid profile offline_access", redirect_uri=redirect)
        party.browser.get("/authorize", query_string={**asked, "request_uri": self.at("request_uris")})
        person.opens(f"/authorize?{urlencode(asked)}").fills(profile="responsable")
        person.fills(username=self.guardian.username, password=self.guardian.password).fills("act=agree")
        assert person.page is not None
        (code,) = parse_qs(urlsplit(person.page.headers["Location"]).query)["code"]
        self.redeems(party, code, redirect)
        person.opens("/logout").fills(confirm="1")
        deliver_due(self.app)

    def redeems(self, party: RelyingParty, code: str, redirect: str) -> None:
        if party.registered.client_secret is None:
            signer = FapiClient(self.app, party.client_id, new_key("k"), self.clock, party.browser)
            response = party.redeem(code, {"Accept": "*/*"}, redirect_uri=redirect, **signer.credentials())
            assert response.get_json()["error"] == "invalid_client"
            return
        tokens = party.redeem(code, redirect_uri=redirect).get_json()
        assert party.userinfo(tokens["access_token"]).status_code == 200
        assert party.refresh(tokens["refresh_token"]).status_code == 200

    def is_tried(self, client_id: str) -> None:
        """As when an administrator presses the button."""
        with self.app.app_context():
            trial_login.ask(client_id, "account:1", self.clock())
            while queue.run_next(RUNNERS, self.clock, lambda: False):
                pass


@pytest.mark.settings(outgoing={"allowed_networks": []})
def test_no_address_of_a_registration_leads_inside(
    app: Flask, contextless: World, clock: Clock, listener: Listener
) -> None:
    Life(app, contextless, clock, f"http://localhost:{listener.port}").passes()
    assert listener.seen == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_fetched_addresses_are_fetched_from_permitted_hosts(
    app: Flask, contextless: World, clock: Clock, outside: Outside
) -> None:
    Life(app, contextless, clock, outside.address).passes()
    assert {path.removeprefix("/") for path in outside.asked} == set(FETCHED)


MOVED = (301, 302, 303, 307, 308)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestARedirect:
    """From an address that may be called to one inside, which is not: it is never followed."""

    @pytest.fixture
    def statuses(self, outside: Outside, listener: Listener) -> Iterator[Iterator[int]]:
        """Each status of MOVED, while the outside answers with it."""

        def moving() -> Iterator[int]:
            for status in MOVED:
                outside.status, outside.headers = status, {"Location": f"http://127.0.0.1:{listener.port}/"}
                yield status

        yield moving()
        assert (outside.asked, listener.seen) == (["/there"] * len(MOVED), 0)

    def test_of_a_request_object(
        self, app: Flask, world: World, outside: Outside, statuses: Iterator[int]
    ) -> None:
        uri = f"{outside.address}/there"
        registered = world.relying_party(request_uris=[uri])
        party = RelyingParty(app, registered, signed_in_browser(world, world.guardian()))
        for _ in statuses:
            assert answer(party.authorize(request_uri=uri))["error"] == "invalid_request_uri"

    def test_of_a_logout_notice(self, world: World, outside: Outside, statuses: Iterator[int]) -> None:
        made = world.relying_party(backchannel_logout_uri=f"{outside.address}/there")
        ended = {"client_id": made.client_id, "sid": "0" * 32, "subject": "somebody"}
        for status in statuses:
            with pytest.raises(NotDelivered, match=str(status)), closing(KeptSessions()) as http:
                notices.deliver(ended, world.clock(), http)

    def test_of_a_sector_document(self, world: World, outside: Outside, statuses: Iterator[int]) -> None:
        document = {
            "client_name": "x",
            "redirect_uris": ["https://x.example/cb"],
            "sector_identifier_uri": f"{outside.address}/there",
        }
        for status in statuses:
            with pytest.raises(MetadataFaults, match=str(status)):
                registration.register(document, "test", world.clock())

    def test_of_a_key_set(
        self, app: Flask, world: World, clock: Clock, outside: Outside, statuses: Iterator[int]
    ) -> None:
        made = world.relying_party(
            token_endpoint_auth_method="private_key_jwt", jwks_uri=f"{outside.address}/there"
        )
        party = FapiClient(app, made.client_id, new_key("k"), clock, app.test_client())
        for _ in statuses:
            response = party.calls("/token", {"grant_type": "refresh_token", "refresh_token": "x"})
            assert response.get_json()["error"] == "invalid_client"
            clock.advance(remote_documents.RETRY_AFTER)
