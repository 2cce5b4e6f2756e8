"""A form from another site arrives without the session's cookie (SameSite=Lax): a GET brings it (saml-bindings-2.0-os §3.5)."""

from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.saml import addresses
from idp.saml.bindings import form_value
from idp.saml.xml.signatures import sign
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_logout import BY_BROWSER, KEYS, is_signed_in, request, signed_in
from tests.actors.saml_service import SamlService, metadata, registered, statuses
from tests.actors.world import World
from tests.applications import Clock
from tests.saml.credentials import credential


def posted_elsewhere(world: World, path: str, fields: dict[str, str]) -> TestResponse:
    """As a browser sends it: no cookie of ours."""
    return world.app.test_client().post(path, data=fields)


def taken_up(browser: FlaskClient, answer: TestResponse) -> TestResponse:
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["Location"])
    return browser.get(f"{parts.path}?{parts.query}")


@pytest.mark.parametrize("signs", [True, False])
@pytest.mark.parametrize("passive", ["true", "false"])
def test_a_posted_request_finds_the_live_session(world: World, signs: bool, passive: str) -> None:
    browser = signed_in_browser(world, world.guardian())
    keys = credential("service")
    registered(world, metadata(keys, signs=signs))
    ent = SamlService(world.app, world, browser, keys if signs else None)
    root = ent.request(IsPassive=passive)
    fields = {"SAMLRequest": form_value(sign(root, keys, "Issuer") if signs else root)}
    answer = posted_elsewhere(world, "/saml/sso", fields)
    assert statuses(taken_up(browser, answer)) == ["Success"]
    if signs:
        assert posted_elsewhere(world, "/saml/sso", fields).status_code == 400, "it was sent before"


def test_force_authn_in_a_posted_request_asks_for_the_password(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    registered(world)
    ent = SamlService(world.app, world, browser)
    fields = {"SAMLRequest": form_value(ent.request(ForceAuthn="true"))}
    page = taken_up(browser, posted_elsewhere(world, "/saml/sso", fields))
    assert page.status_code == 303 and "/login/" in page.headers["Location"]


def test_a_sealed_request_is_neither_changed_nor_old(world: World, clock: Clock) -> None:
    browser = signed_in_browser(world, world.guardian())
    registered(world)
    ent = SamlService(world.app, world, browser)
    answer = posted_elsewhere(world, "/saml/sso", {"SAMLRequest": form_value(ent.request())})
    address = answer.headers["Location"]
    assert browser.get(address[:-6] + "AAAAAA").status_code == 400
    clock.advance(301)
    assert browser.get(address).status_code == 400


def test_a_posted_logout_finds_the_session(world: World, clock: Clock) -> None:
    ent, name, index = signed_in(world, BY_BROWSER)
    root = sign(request(world, name, index, addresses.logout()), KEYS, "Issuer")
    answer = posted_elsewhere(world, "/saml/slo", {"SAMLRequest": form_value(root)})
    assert 'name="confirm"' in taken_up(ent.browser, answer).text
    assert is_signed_in(ent.browser)
    clock.advance(3601)
    assert taken_up(ent.browser, answer).status_code == 400
