"""The demonstration's ENT by SAML: its registration is one of the provider's, and it takes no assertion that this browser has not asked for.

Whole logins and logouts: tests/browser/test_every_protocol.py.
"""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from clients.configuration import Configuration
from clients.ent_saml.app import create_app
from clients.ent_saml.registration import registration
from idp.durations import DAY
from idp.runtime.context import system_clock
from idp.saml import registrations
from tests.peers.conftest import Served, served

__all__ = ["served"]

BASE = "http://localhost:5999"


@pytest.fixture
def ent(served: Served, tmp_path: Path) -> FlaskClient:
    document = registration(BASE, tmp_path / "ent.sqlite3")
    with served.app.app_context():
        registrations.register({**document, "first_party": True}, "test", system_clock())
    return create_app(Configuration(served.issuer, BASE, "", tmp_path / "ent.sqlite3")).test_client()


def test_its_metadata_is_signed_requests_and_lasts_for_years(served: Served, ent: FlaskClient) -> None:
    with served.app.app_context():
        [service] = registrations.every().values()
        provider = registrations.provider(service)
    assert provider.signs_requests and provider.signing and provider.encryption
    assert provider.valid_until is not None and provider.valid_until > system_clock() + 3000 * DAY


def test_its_request_is_signed_and_the_provider_takes_it(served: Served, ent: FlaskClient) -> None:
    address = ent.get("/login").headers["Location"]
    assert {"SAMLRequest", "Signature", "SigAlg"} <= set(parse_qs(urlsplit(address).query))
    answer = served.app.test_client().get(f"/saml/sso?{urlsplit(address).query}")
    assert answer.status_code == 303 and "/login/" in answer.headers["Location"]


@pytest.mark.parametrize("data", [{}, {"SAMLResponse": "x"}])
def test_an_assertion_that_nobody_asked_for_is_refused(ent: FlaskClient, data: dict[str, str]) -> None:
    answer = ent.post("/acs", data=data)
    assert answer.status_code == 400 and "n’a pas abouti" in answer.text


@pytest.mark.parametrize("query", ["", "?SAMLRequest=x", "?SAMLResponse=x"])
def test_a_logout_that_cannot_be_read_is_a_page(ent: FlaskClient, query: str) -> None:
    assert ent.get(f"/slo{query}").status_code in (303, 502)


def test_a_provider_that_is_away_is_a_page(tmp_path: Path) -> None:
    away = create_app(Configuration("http://localhost:9", BASE, "", tmp_path / "ent.sqlite3"))
    answer = away.test_client().get("/login")
    assert answer.status_code == 502 and "n’a pas abouti" in answer.text
