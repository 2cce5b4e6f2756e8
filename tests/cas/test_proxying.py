"""Proxy tickets (CAS Protocol 3.0.3 §2.5.4, §2.7): only for registered services, callbacks by https with a valid certificate."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.database.engine import transaction
from idp.services import registration
from idp.signin import sessions
from tests import private_authority
from tests.actors.cas_callback import Callback
from tests.actors.cas_service import CAS, CasService, code_of, registered, user_of
from tests.actors.relying_party import signed_in_browser
from tests.actors.world import Someone, World
from tests.applications import Loan
from tests.conftest import Clock, settings_for

PORTAL = "https://portail.example/cas"
MAILBOX = "https://courrier.example/cas"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return private_authority.made(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def callback(authority: tuple[Path, Path]) -> Iterator[Callback]:
    callback = Callback(authority[1])
    yield callback
    callback.close()


@pytest.fixture
def app(database_url: str, clock: Clock, authority: tuple[Path, Path]) -> Iterator[Flask]:
    """One that trusts the authority."""
    outgoing = {"allowed_networks": ["127.0.0.0/8"], "ca_file": str(authority[0])}
    loan = Loan(settings_for(database_url, outgoing=outgoing), clock)
    yield loan.app
    loan.end()


@pytest.fixture
def portal(world: World, guardian: Someone, callback: Callback) -> CasService:
    """A service that may proxy, and one that may be reached by proxy."""
    registered(world, name="Courrier", service_urls=[MAILBOX], accepts_proxies=True, attribute_set="plain")
    service = registered(world, name="Portail", service_urls=[PORTAL], proxy_callbacks=[callback.address])
    return CasService(world.app, service, signed_in_browser(world, guardian), PORTAL)


def granted(portal: CasService, callback: Callback) -> str:
    """The proxy-granting ticket of a login."""
    answer = portal.validate(portal.ticket(), pgtUrl=callback.address)
    pgtiou = ElementTree.fromstring(answer.text).findtext(
        f"{CAS}authenticationSuccess/{CAS}proxyGrantingTicket"
    )
    assert pgtiou is not None, answer.text
    return callback.granted[pgtiou]


def proxied(app: Flask, **query: str) -> TestResponse:
    return app.test_client().get("/cas/proxy", query_string=query)


def proxy_ticket(app: Flask, pgt: str, target: str = MAILBOX) -> str:
    answer = proxied(app, pgt=pgt, targetService=target)
    return ElementTree.fromstring(answer.text).findtext(f"{CAS}proxySuccess/{CAS}proxyTicket") or ""


def validated(app: Flask, ticket: str, endpoint: str = "p3/proxyValidate", **more: str) -> TestResponse:
    query = {"service": MAILBOX, "ticket": ticket, **more}
    return app.test_client().get(f"/cas/{endpoint}", query_string=query)


def test_a_service_reaches_another_one_for_the_person(portal: CasService, callback: Callback) -> None:
    pgt = granted(portal, callback)
    answer = validated(portal.app, proxy_ticket(portal.app, pgt))
    assert code_of(answer.text) is None and user_of(answer.text)
    proxies = ElementTree.fromstring(answer.text).findall(
        f"{CAS}authenticationSuccess/{CAS}proxies/{CAS}proxy"
    )
    assert [proxy.text for proxy in proxies] == [callback.address]
    first, second = proxy_ticket(portal.app, pgt), proxy_ticket(portal.app, pgt)
    assert first != second and first.startswith("PT-") and pgt.startswith("PGT-")


def test_a_proxy_ticket_is_used_once_and_only_where_proxy_tickets_are_taken(
    portal: CasService, callback: Callback
) -> None:
    pgt = granted(portal, callback)
    ticket = proxy_ticket(portal.app, pgt)
    assert [code_of(validated(portal.app, ticket).text) for _ in range(2)] == [None, "INVALID_TICKET"]
    for endpoint in ("serviceValidate", "p3/serviceValidate"):
        answer = validated(portal.app, proxy_ticket(portal.app, pgt), endpoint)
        assert code_of(answer.text) == "INVALID_TICKET_SPEC"
    assert (
        code_of(validated(portal.app, proxy_ticket(portal.app, pgt), service=PORTAL).text)
        == "INVALID_SERVICE"
    )


def test_json_of_a_proxy_ticket(portal: CasService, callback: Callback) -> None:
    pgt = granted(portal, callback)
    document = proxied(portal.app, pgt=pgt, targetService=MAILBOX, format="JSON").get_json()
    assert document["serviceResponse"]["proxySuccess"]["proxyTicket"].startswith("PT-")
    document = proxied(portal.app, format="JSON").get_json()
    assert document["serviceResponse"]["proxyFailure"]["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("endpoint", ["serviceValidate", "proxyValidate"])
def test_a_service_that_is_not_registered_for_it_gets_no_proxy_granting_ticket(
    pronote: CasService, callback: Callback, endpoint: str
) -> None:
    answer = pronote.validate(pronote.ticket(), endpoint, pgtUrl=callback.address)
    assert code_of(answer.text) == "UNAUTHORIZED_SERVICE_PROXY" and not callback.granted


@pytest.mark.parametrize("change", ["http", "other path", "other host", "user"])
def test_a_callback_that_is_not_registered_is_never_called(
    portal: CasService, callback: Callback, change: str
) -> None:
    address = {
        "http": callback.address.replace("https", "http"),
        "other path": callback.address.replace("/proxy", "/other"),
        "other host": callback.address.replace("127.0.0.1", "localhost"),
        "user": callback.address.replace("https://", "https://a@"),
    }[change]
    assert code_of(portal.validate(portal.ticket(), pgtUrl=address).text) == "INVALID_PROXY_CALLBACK"
    assert not callback.granted


def without_ticket(answer: TestResponse) -> bool:
    return code_of(answer.text) is None and "proxyGrantingTicket" not in answer.text


def test_a_callback_that_fails_costs_the_service_its_proxying_alone(
    world: World, guardian: Someone, authority: tuple[Path, Path], tmp_path: Path
) -> None:
    stranger = private_authority.made(tmp_path)
    for served, status in ((authority[1], 500), (authority[1], 302), (stranger[1], 200)):
        callback = Callback(served, status)
        url = f"https://portail.example/{callback.server.server_address[1]}"
        service = registered(world, service_urls=[url], proxy_callbacks=[callback.address])
        portal = CasService(world.app, service, signed_in_browser(world, guardian), url)
        assert without_ticket(portal.validate(portal.ticket(), pgtUrl=callback.address))
        callback.close()
        assert without_ticket(portal.validate(portal.ticket(), pgtUrl=callback.address))


def test_without_its_parameters_a_proxy_request_is_invalid(portal: CasService, callback: Callback) -> None:
    pgt = granted(portal, callback)
    for query in ({}, {"pgt": pgt}, {"targetService": MAILBOX}):
        assert code_of(proxied(portal.app, **query).text) == "INVALID_REQUEST"
    answer = portal.app.test_client().get("/cas/proxy", query_string=[("pgt", "a"), ("pgt", "b")])
    assert code_of(answer.text) == "INVALID_REQUEST"


@pytest.mark.parametrize("pgt", ["PGT-unknown", "x", "PGT-" + "0" * 64])
def test_an_unknown_proxy_granting_ticket_is_invalid(portal: CasService, pgt: str) -> None:
    assert code_of(proxied(portal.app, pgt=pgt, targetService=MAILBOX).text) == "INVALID_TICKET"


def test_service_tickets_and_granting_tickets_are_not_taken_for_one_another(
    portal: CasService, callback: Callback
) -> None:
    ticket, pgt = portal.ticket(), granted(portal, callback)
    assert code_of(proxied(portal.app, pgt=ticket, targetService=MAILBOX).text) == "INVALID_TICKET"
    assert code_of(validated(portal.app, pgt, service=PORTAL).text) == "INVALID_TICKET"
    assert proxy_ticket(portal.app, pgt)


CLOSED: dict[str, dict[str, Any]] = {
    "it takes no proxy tickets": {"accepts_proxies": False},
    "another profile": {"accepted_profiles": ["eleve"]},
    "another school": {"accepted_schools": ["0990002P"]},
    "out of season": {"season_from": "03-01", "season_until": "03-02"},
    "no consent": {"first_party": False},
    "two factors": {"level": "eidas2"},
}


@pytest.mark.parametrize("reason", CLOSED)
def test_every_rule_of_a_login_holds_at_the_target(
    world: World, portal: CasService, callback: Callback, reason: str
) -> None:
    target = "https://autre.example/cas"
    registered(world, **{"service_urls": [target], "accepts_proxies": True, **CLOSED[reason]})
    answer = proxied(portal.app, pgt=granted(portal, callback), targetService=target)
    assert code_of(answer.text) == "UNAUTHORIZED_SERVICE"


@pytest.mark.parametrize("target", ["https://evil.example/", "x", f"{MAILBOX}?x=1"])
def test_a_target_that_is_not_registered_is_unauthorized(
    portal: CasService, callback: Callback, target: str
) -> None:
    answer = proxied(portal.app, pgt=granted(portal, callback), targetService=target)
    assert code_of(answer.text) == "UNAUTHORIZED_SERVICE"


def test_a_granting_ticket_ends_with_its_session_and_its_service(
    world: World, portal: CasService, callback: Callback, guardian: Someone
) -> None:
    pgt = granted(portal, callback)
    waiting = proxy_ticket(portal.app, pgt)
    registration.disable(portal.id, "test", world.clock())
    assert code_of(proxied(portal.app, pgt=pgt, targetService=MAILBOX).text) == "INVALID_TICKET"
    registration.enable(portal.id, "test", world.clock())
    with transaction() as tx:
        sessions.end_all_in(tx, world.facts(guardian), world.clock())
    assert code_of(proxied(portal.app, pgt=pgt, targetService=MAILBOX).text) == "INVALID_TICKET"
    assert code_of(validated(portal.app, waiting).text) == "INVALID_TICKET"
