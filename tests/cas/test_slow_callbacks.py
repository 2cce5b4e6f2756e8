"""A callback of a proxy (pgtUrl) that does not answer: it holds no slot of the server, and few of them wait at once."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from idp.cas import proxying
from idp.web.request_bodies import WholeRequests
from tests import private_authority
from tests.actors.cas_callback import PATIENCE, Callback
from tests.actors.cas_service import CasService, code_of, registered
from tests.actors.relying_party import signed_in_browser
from tests.actors.world import Someone, World
from tests.applications import Loan
from tests.conftest import Clock, settings_for

PORTAL = "https://portail.example/cas"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return private_authority.made(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def hanging(authority: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callback]:
    # The deadline is no part of these tests.
    monkeypatch.setattr(proxying, "PATIENCE", float(PATIENCE))
    hanging = Callback(authority[1], hangs=True)
    yield hanging
    hanging.close()


@pytest.fixture
def app(database_url: str, clock: Clock, authority: tuple[Path, Path]) -> Iterator[Flask]:
    outgoing = {"allowed_networks": ["127.0.0.0/8"], "ca_file": str(authority[0])}
    loan = Loan(settings_for(database_url, outgoing=outgoing), clock)
    yield loan.app
    loan.end()


class Served:
    """The provider with few slots, as a server process has them."""

    def __init__(self, app: Flask, slots: int) -> None:
        self._app = WholeRequests(app.wsgi_app, slots, app.extensions["connections"].slots.enter)

    def get(self, path: str, **query: str) -> Any:
        return Client(self._app).get(path, query_string=query)


@pytest.fixture
def portal(contextless: World, hanging: Callback) -> CasService:
    with contextless.app.app_context():
        guardian: Someone = contextless.guardian()
        service = registered(contextless, service_urls=[PORTAL], proxy_callbacks=[hanging.address])
        browser = signed_in_browser(contextless, guardian)
    return CasService(contextless.app, service, browser, PORTAL)


def validates(served: Served, portal: CasService, ticket: str, callback: str, answers: list[Any]) -> None:
    query = {"service": PORTAL, "ticket": ticket, "pgtUrl": callback}
    answers.append(served.get("/cas/p3/serviceValidate", **query))


def test_it_holds_no_slot_that_another_request_needs(
    app: Flask, portal: CasService, hanging: Callback
) -> None:
    served, answers = Served(app, 1), list[Any]()
    waiting = threading.Thread(
        target=validates, args=(served, portal, portal.ticket(), hanging.address, answers)
    )
    waiting.start()
    try:
        assert hanging.arrived.acquire(timeout=PATIENCE)
        assert served.get("/help").status_code == 200
        assert code_of(served.get("/cas/p3/serviceValidate").text) == "INVALID_REQUEST"
    finally:
        hanging.let_go.set()
        waiting.join()
    [answer] = answers
    assert "proxyGrantingTicket" in answer.text and code_of(answer.text) is None


def test_beyond_a_few_at_once_a_validation_succeeds_without_a_granting_ticket(
    app: Flask, portal: CasService, hanging: Callback
) -> None:
    served, answers = Served(app, 2), list[Any]()
    threads = [
        threading.Thread(target=validates, args=(served, portal, portal.ticket(), hanging.address, answers))
        for _ in range(proxying.AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in threads:
            assert hanging.arrived.acquire(timeout=PATIENCE)
        validates(served, portal, portal.ticket(), hanging.address, answers)
        [answer] = answers
        assert code_of(answer.text) is None and "proxyGrantingTicket" not in answer.text
    finally:
        hanging.let_go.set()
        for thread in threads:
            thread.join()
    assert sum("proxyGrantingTicket" in answer.text for answer in answers) == proxying.AT_ONCE
