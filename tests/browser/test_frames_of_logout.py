"""The last page of a logout in Chromium: it carries the notices of every protocol to services at other origins, and their answers come back.

What the browser refuses (frame-src, form-action, frame-ancestors) is a complaint on its console, which fails the test (`Desk`).
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, Response, redirect, request
from playwright.sync_api import Page, expect

from idp.saml import addresses
from idp.saml.bindings import redirect as carried
from idp.saml.rules import names
from idp.saml.rules.authn_request import Status
from idp.saml.xml.logout import logout_response
from tests.actors.cas_service import CasService
from tests.actors.cas_service import registered as cas_registered
from tests.actors.in_a_browser import press
from tests.actors.relying_party import REDIRECT, RelyingParty, signed_in_browser
from tests.actors.saml_logout import KEYS
from tests.actors.saml_service import SamlService, assertion_of, metadata
from tests.actors.saml_service import registered as saml_registered
from tests.browser.conftest import Desk
from tests.conftest import Serve
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser

BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{}"


@dataclass
class Receiver:
    """A service's server at an origin of its own: what was sent to each path. A service of SAML answers by a redirect to the provider."""

    address: str = ""
    received: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    answer: str = ""

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.route("/<path:path>", methods=["GET", "POST"])
        def take(path: str) -> Any:
            self.received.setdefault(path, []).append({**request.args.to_dict(), **request.form.to_dict()})
            if path.startswith("saml"):
                return redirect(self.answer, 303)
            return Response("<!doctype html><title>out</title>", headers={"Cache-Control": "no-store"})

        return app


@dataclass
class Opened:
    """A page of a browser whose session has services of every protocol."""

    page: Page
    receiver: Receiver
    issuer: str

    def logs_out(self) -> None:
        self.page.goto(f"{self.issuer}/logout")
        press(self.page, "Se déconnecter")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("déconnecté")

    def was_notified(self, *paths: str) -> None:
        for path in paths:
            expect(self.page.locator("body")).to_be_visible()
            self.page.wait_for_function("() => document.readyState === 'complete'")
            assert path in self.receiver.received, self.receiver.received


def slo(binding: str, location: str) -> str:
    return f'<md:SingleLogoutService Binding="{BINDING.format(binding)}" Location="{location}"/>'


def opened(served: Served, serve: Serve, page: Page, by_form: bool) -> Opened:
    receiver = Receiver()
    receiver.address = serve(receiver.app())
    at, world = receiver.address, served.world
    with served.app.app_context():
        browser = signed_in_browser(world, world.guardian())
        client = world.relying_party(
            client_name="Agenda",
            redirect_uris=[REDIRECT, f"{at}/cb"],
            subject_type="public",
            frontchannel_logout_uri=f"{at}/oidc",
        )
        RelyingParty(served.app, client, browser).tokens()
        cas_url = f"{at}/cas"
        cas = cas_registered(world, name="Cantine", service_urls=[cas_url], logout_channel="front")
        service = CasService(served.app, cas, browser, cas_url)
        service.validate(service.ticket())
        binding = "POST" if by_form else "Redirect"
        xml = metadata(KEYS, f"{at}/sp", f"{at}/acs", more=slo(binding, f"{at}/saml"))
        saml_registered(world, xml, name="ENT")
        ent = SamlService(served.app, world, browser, KEYS, f"{at}/sp")
        assertion_of(ent.asks(), world)
        status = Status(names.SUCCESS)
        root = logout_response(f"{at}/sp", addresses.logout(), "_x", status, "_answer", world.clock())
        receiver.answer = carried(addresses.logout(), "SAMLResponse", root, None, KEYS)
        cookie = browser.get_cookie("idp_session")
        assert cookie is not None
    page.context.add_cookies([{"name": "idp_session", "value": cookie.value, "url": served.issuer}])
    return Opened(page, receiver, served.issuer)


def state_of(page: Page, service: str) -> Any:
    return page.get_by_role("listitem").filter(has=page.get_by_text(service, exact=True))


def test_each_protocol_is_notified_in_a_frame(served: Served, serve: Serve, desk: Desk) -> None:
    way = opened(served, serve, desk.window(), by_form=False)
    way.logs_out()
    way.was_notified("oidc", "cas", "saml")
    assert {"iss", "sid"} <= set(way.receiver.received["oidc"][0])
    assert "logoutRequest" in way.receiver.received["cas"][0]
    assert {"SAMLRequest", "Signature"} <= set(way.receiver.received["saml"][0])
    for name in ("Agenda", "Cantine", "ENT"):
        expect(state_of(way.page, name)).to_contain_text("fermé par ce navigateur")


def test_a_service_that_takes_posts_alone_is_notified_by_a_form_that_sends_itself(
    served: Served, serve: Serve, desk: Desk
) -> None:
    way = opened(served, serve, desk.window(), by_form=True)
    way.logs_out()
    expect(state_of(way.page, "ENT")).to_contain_text("fermé par ce navigateur")
    expect(way.page.get_by_role("button", name="Fermer ENT")).to_be_hidden()
    way.was_notified("oidc", "cas", "saml")
    assert set(way.receiver.received["saml"][0]) == {"SAMLRequest"}


def test_without_a_script_its_button_sends_the_form(served: Served, serve: Serve, desk: Desk) -> None:
    way = opened(served, serve, desk.window(java_script_enabled=False), by_form=True)
    way.logs_out()
    expect(state_of(way.page, "ENT")).to_contain_text("pas encore fermé dans ce navigateur")
    assert "saml" not in way.receiver.received
    with way.page.expect_request(lambda sent: sent.url.startswith(f"{way.issuer}/saml/slo")):
        way.page.get_by_role("button", name="Fermer ENT").click()
    way.was_notified("saml")
    expect(way.page.get_by_role("heading", level=1)).to_contain_text("déconnecté")
