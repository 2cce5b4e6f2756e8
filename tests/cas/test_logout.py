"""Logout by CAS and of CAS (CAS Protocol 3.0.3 §2.3): one logout for every protocol, each service in its own language."""

import base64
import re
import zlib
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from idp.database.engine import transaction
from idp.signin import sessions
from tests.actors.cas_service import URL, CasService, code_of, registered
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World, deliver_due
from tests.conftest import Serve
from tests.services.receivers import receiver

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def leaves(app_browser: FlaskClient, world: World, path: str = "/cas/logout") -> Visitor:
    return Visitor(world.app, app_browser).opens(path).sees("Se déconnecter").fills(confirm="1")


def test_a_logout_is_confirmed_and_ends_the_session(world: World, pronote: CasService) -> None:
    leaves(pronote.browser, world).sees("Vous êtes déconnecté")
    assert "/login/" in pronote.login().headers["Location"]


def test_the_person_returns_to_a_registered_service(world: World, pronote: CasService) -> None:
    visitor = leaves(pronote.browser, world, f"/cas/logout?service={URL}")
    assert visitor.page is not None and visitor.page.headers["Location"] == URL


@pytest.mark.parametrize("parameter", ["service=https://evil.example/", "url=https://evil.example/"])
def test_the_person_never_leaves_for_another_address(
    world: World, pronote: CasService, parameter: str
) -> None:
    visitor = leaves(pronote.browser, world, f"/cas/logout?{parameter}").sees("Vous êtes déconnecté")
    assert "evil.example" not in visitor.html
    assert ("P08" in visitor.html) == parameter.startswith("service")


def test_each_session_of_a_service_gets_its_notice_with_the_ticket_that_opened_it(
    world: World, guardian: Someone, serve: Serve
) -> None:
    received: list[str] = []
    url = f"{serve(receiver(200, received))}/cas"
    service = CasService(
        world.app, registered(world, service_urls=[url]), signed_in_browser(world, guardian), url
    )
    tickets = [service.ticket(), service.ticket()]
    for ticket in tickets:
        service.validate(ticket)
    unused = service.ticket()
    leaves(service.browser, world).sees("prévenu, sa réponse est attendue")
    deliver_due(world.app)
    (first, second) = (parse_qs(body)["logoutRequest"][0] for body in received)
    requests = [ElementTree.fromstring(text) for text in (first, second)]
    assert [request.findtext(f"{SAMLP}SessionIndex") for request in requests] == tickets
    assert {request.findtext(f"{SAML}NameID") for request in requests} == {guardian.username}
    assert requests[0].tag == f"{SAMLP}LogoutRequest" and requests[0].get("Version") == "2.0"
    assert requests[0].get("ID") != requests[1].get("ID")
    assert code_of(service.validate(unused).text) == "INVALID_TICKET"


def test_a_service_may_name_another_address_for_notices(world: World, guardian: Someone) -> None:
    out = "https://pronote.example/slo"
    service = CasService(world.app, registered(world, logout_url=out), signed_in_browser(world, guardian))
    service.person()
    leaves(service.browser, world)
    assert [notice["address"] for notice in messages(world.app, "cas_logout")] == [out]


def test_a_service_in_the_browser_gets_the_same_request_in_a_frame(world: World, guardian: Someone) -> None:
    service = CasService(
        world.app, registered(world, logout_channel="front"), signed_in_browser(world, guardian)
    )
    ticket = service.ticket()
    service.validate(ticket)
    visitor = leaves(service.browser, world).sees("fermé par ce navigateur")
    (frame,) = re.findall(r'<iframe src="([^"]+)"', visitor.html)
    (deflated,) = parse_qs(urlsplit(frame).query)["logoutRequest"]
    request = ElementTree.fromstring(zlib.decompress(base64.b64decode(deflated), -15))
    assert frame.startswith(f"{URL}?") and request.findtext(f"{SAMLP}SessionIndex") == ticket
    assert not messages(world.app, "cas_logout")


def test_a_service_without_a_channel_is_shown_as_still_open(world: World, guardian: Someone) -> None:
    service = CasService(
        world.app, registered(world, logout_channel="not_notified"), signed_in_browser(world, guardian)
    )
    service.person()
    leaves(service.browser, world, "/logout").sees("Pronote (CAS)", "ne peut pas être prévenu")


@pytest.mark.parametrize("path", ["/logout", "/cas/logout"])
def test_one_logout_notifies_services_of_both_protocols(world: World, pronote: CasService, path: str) -> None:
    party = world.relying_party(backchannel_logout_uri="https://portail.example/out")
    portal = RelyingParty(world.app, party, pronote.browser)
    portal.tokens()
    pronote.person()
    leaves(pronote.browser, world, path).sees("Portail", "Pronote (CAS)")
    assert len(messages(world.app, "logout_notice")) == len(messages(world.app, "cas_logout")) == 1


def test_a_session_that_ends_elsewhere_notifies_the_services_by_the_worker(
    world: World, pronote: CasService, guardian: Someone
) -> None:
    pronote.person()
    with transaction() as tx:
        sessions.end_all_in(tx, world.facts(guardian), world.clock())
    assert len(messages(world.app, "cas_logout")) == 1


def test_a_service_that_fails_is_notified_again(world: World, guardian: Someone, serve: Serve) -> None:
    received: list[str] = []
    url = f"{serve(receiver(503, received))}/cas"
    service = CasService(
        world.app, registered(world, service_urls=[url]), signed_in_browser(world, guardian), url
    )
    service.person()
    visitor = leaves(service.browser, world)
    deliver_due(world.app)
    visitor.follows("Actualiser").sees("pas joint")
    world.clock.advance(4000)  # type: ignore[attr-defined]
    deliver_due(world.app)
    assert len(received) == 2
