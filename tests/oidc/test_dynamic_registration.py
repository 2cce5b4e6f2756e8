"""RFC 7591: a publisher registers its service with an initial access token, and not without it."""

import threading

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.oidc.clients import initial_tokens, registry
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from tests.actors.world import World
from tests.conftest import NOON, Clock

SHORT_KEY = {"kty": "RSA", "e": "AQAB", "n": "x" * 171}
"""A modulus of 1,024 bits."""
DOCUMENT = {
    "client_name": "Cantine",
    "redirect_uris": ["https://cantine.example/cb"],
    "scope": "openid ect.scope.cnx",
}


@pytest.fixture
def token(world: World) -> str:
    return initial_tokens.make("Éditeur Tilleul", 7, 1, "account:1", NOON)


def post(app: Flask, token: str | None, document: object = DOCUMENT) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().post("/register", json=document, headers=headers)


def test_a_service_registers_itself_once(app: Flask, token: str) -> None:
    answer = post(app, token)
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    made = registry.find(body["client_id"])
    assert made is not None and made.has_secret(body["client_secret"], NOON)
    assert body["client_secret_expires_at"] == 0 and body["client_id_issued_at"] == NOON
    assert body["token_endpoint_auth_method"] == "client_secret_basic" and made.owner == "Éditeur Tilleul"
    again = post(app, token)
    assert (again.status_code, again.get_json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("addresses", "read"),
    [
        (["https://cantine.example/cb", "https://cantine.example/other"], "cantine.example"),
        (["https://cantine.example:8443/cb"], "cantine.example"),
    ],
)
def test_a_service_without_a_name_is_read_as_the_host_of_its_first_address(
    app: Flask, token: str, addresses: list[str], read: str
) -> None:
    """RFC 7591 §2: client_name is optional."""
    answer = post(app, token, {"redirect_uris": addresses})
    assert answer.status_code == 201, answer.text
    assert answer.get_json()["client_name"] == read
    page = app.test_client().get(
        "/authorize",
        query_string={
            "client_id": answer.get_json()["client_id"],
            "redirect_uri": addresses[0],
            "response_type": "code",
            "scope": "openid",
        },
        follow_redirects=True,
    )
    assert f"Pour accéder à <strong>{read}</strong>" in page.text.replace("\n", " ")


def test_an_app_without_a_name_is_read_as_its_scheme(app: Flask, token: str) -> None:
    document = {"redirect_uris": ["fr.example.cantine:/cb"], "application_type": "native"}
    assert post(app, token, document).get_json()["client_name"] == "fr.example.cantine"


@pytest.mark.parametrize("bearer", [None, "wrong", "x" * 5000, "é"])
def test_without_a_token_nothing_is_registered(app: Flask, world: World, bearer: str | None) -> None:
    answer = post(app, bearer)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert registry.every() == []


def test_an_expired_initial_access_token_is_refused(app: Flask, token: str, clock: Clock) -> None:
    clock.advance(7 * 86400)
    assert post(app, token).status_code == 401


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({**DOCUMENT, "redirect_uris": ["http://cantine.example/cb"]}, "invalid_redirect_uri"),
        ({**DOCUMENT, "redirect_uris": []}, "invalid_redirect_uri"),
        ({**DOCUMENT, "grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({**DOCUMENT, "scope": "openid ect.scope.ine"}, "invalid_client_metadata"),
        ({**DOCUMENT, "grant_types": ["authorization_code", DEVICE_CODE]}, "invalid_client_metadata"),
        ({**DOCUMENT, "resources": ["https://api.pronote.example/"]}, "invalid_client_metadata"),
        ({**DOCUMENT, "contacts": ["\ud800"]}, "invalid_client_metadata"),
        ({**DOCUMENT, "frontchannel_logout_uri": "https://else.example/bye"}, "invalid_client_metadata"),
        ({**DOCUMENT, "jwks": {"keys": [SHORT_KEY]}}, "invalid_client_metadata"),
        ({**DOCUMENT, "jwks": {"keys": [{"kty": "EC", "x": [[]]}]}}, "invalid_client_metadata"),
        ([1], "invalid_client_metadata"),
        (None, "invalid_client_metadata"),
    ],
)
def test_a_fault_has_the_rfcs_error_and_uses_no_token(
    app: Flask, token: str, document: object, error: str
) -> None:
    answer = post(app, token, document)
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)
    assert post(app, token).status_code == 201


@pytest.mark.both_engines
def test_of_many_at_once_one_registers(app: Flask, token: str) -> None:
    answers: list[int] = []

    def run() -> None:
        answers.append(post(app, token).status_code)
        with app.app_context():
            app.extensions["connections"].close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [401] * 7


def test_the_metadata_names_the_endpoint(app: Flask) -> None:
    metadata = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert metadata["registration_endpoint"] == "http://localhost/register"


def test_the_scope_of_another_service_is_refused(app: Flask, world: World, token: str) -> None:
    world.relying_party()
    answer = post(app, token, {**DOCUMENT, "scope": "openid ect.scope.portail"})
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_client_metadata")
    assert post(app, token, {**DOCUMENT, "scope": "openid ect.scope.cantine"}).status_code == 201


@pytest.mark.parametrize(
    "members",
    [
        {"application_type": "native", "redirect_uris": ["com.evil.app://portail.example/cb"]},
        {"application_type": "native", "redirect_uris": ["http://127.0.0.1/cb"]},
        {"redirect_uris": ["https://portail.example/cb", "https://cantine.example/cb"]},
    ],
)
def test_registration_for_another_host_does_not_give_its_subjects(
    app: Flask, world: World, token: str, members: dict[str, object]
) -> None:
    portal = registry.find_fresh(world.relying_party().client_id)
    body = post(app, token, {**DOCUMENT, **members}).get_json()
    made = registry.find_fresh(body["client_id"])
    assert made is not None and portal is not None and portal.sector == "portail.example"
    assert made.registration.subject_type == "pairwise" and made.sector == made.client_id
