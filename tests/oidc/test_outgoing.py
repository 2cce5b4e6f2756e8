"""Fetching of remote documents: public addresses only, bounded in size, cached (CVE-2026-55671).

Names that lead to several addresses, time, and every address of a registration: tests/outgoing.
"""

from typing import Any

import pytest
from flask import Flask

from idp.network import outgoing_http
from idp.oidc.clients import registration, remote_documents
from idp.services.rules.registration_reader import MetadataFaults
from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.world import World, deliver_due
from tests.conformance.fapi_client import ASSERTION_TYPE, FapiClient, new_key
from tests.conftest import NOON, Clock
from tests.outgoing.conftest import listener, outside
from tests.outgoing.outside import Listener, Outside, allowing

__all__ = ["listener", "outside"]

NOBODY = pytest.mark.settings(outgoing={"allowed_networks": []})

INSIDE = (
    "localhost",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "127.0.0.1.",
    "LOCALHOST",
)


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_leads_inside(listener: Listener, host: str, scheme: str) -> None:
    with allowing(), pytest.raises(outgoing_http.Unreachable):
        outgoing_http.get(f"{scheme}://{host}:{listener.port}/", "application/json", 1000)
    assert listener.seen == 0


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_public_addresses_alone_are_permitted(address: str, allowed: bool) -> None:
    with allowing():
        assert outgoing_http.permitted(address) is allowed


def test_a_network_that_is_named_is_permitted() -> None:
    with allowing("10.20.0.0/16", "fd00::/8"):
        assert outgoing_http.permitted("10.20.3.4") and outgoing_http.permitted("fd00::5")
        assert outgoing_http.permitted("::ffff:10.20.0.1")
        assert not outgoing_http.permitted("10.21.0.1") and not outgoing_http.permitted("127.0.0.1")


class TestEachAddressOfARegistration:
    """With nothing inside allowed, a local listener sees nothing, whatever a registration names."""

    pytestmark = NOBODY

    def test_sector_identifier_uri(self, world: World, listener: Listener) -> None:
        document = {
            "client_name": "x",
            "redirect_uris": ["https://x.example/cb"],
            "sector_identifier_uri": f"http://localhost:{listener.port}/",
        }
        with pytest.raises(MetadataFaults, match="sector_identifier_uri"):
            registration.register(document, "test", 0)
        assert listener.seen == 0

    def test_jwks_uri(self, app: Flask, world: World, clock: Clock, listener: Listener) -> None:
        made = world.relying_party(
            token_endpoint_auth_method="private_key_jwt", jwks_uri=f"http://127.0.0.1:{listener.port}/"
        )
        party = FapiClient(app, made.client_id, new_key("k"), clock, app.test_client())
        response = party.calls("/token", {"grant_type": "refresh_token", "refresh_token": "x"})
        assert response.get_json()["error"] == "invalid_client" and listener.seen == 0

    def test_request_uri(self, app: Flask, world: World, listener: Listener) -> None:
        uri = f"http://localhost:{listener.port}/request"
        registered = world.relying_party(request_uris=[uri])
        party = RelyingParty(app, registered, signed_in_browser(world, world.guardian()))
        assert answer(party.authorize(request_uri=uri))["error"] == "invalid_request_uri"
        assert listener.seen == 0

    @pytest.mark.both_engines
    def test_backchannel_logout_uri(self, app: Flask, world: World, listener: Listener) -> None:
        from sqlalchemy import select

        from idp.database.engine import reading
        from idp.messages.storage.outbox import OutboxMessage
        from idp.oidc.participants import session_end

        registered = world.relying_party(backchannel_logout_uri=f"http://localhost:{listener.port}/")
        guardian = world.guardian()
        party = RelyingParty(app, registered, signed_in_browser(world, guardian))
        party.tokens()
        session = world.session(guardian)
        from idp.database.engine import transaction

        with transaction() as tx:
            session_end.tell_one(tx, registered.client_id, session.sid, guardian.account, "x", world.clock())
        deliver_due(app)
        rows = reading().execute(select(OutboxMessage.delivered_at, OutboxMessage.attempts)).all()
        assert [tuple(row) for row in rows] == [(None, 1)] and listener.seen == 0


def test_a_redirect_is_not_followed(world: World, outside: Outside, listener: Listener) -> None:
    outside.status, outside.headers = 302, {"Location": f"http://127.0.0.1:{listener.port}/"}
    with pytest.raises(remote_documents.NotFetched, match="302"):
        remote_documents.key_set("c", f"{outside.address}/keys", None, world.clock())
    assert listener.seen == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"5",
        b'{"keys": []}',
        b'{"keys": [5]}',
        b'{"keys": [{"kty": "oct", "k": "x"}]}',
        b"[" * 30_000,
        b'{"keys": [' + b" " * remote_documents.LARGEST + b"]}",
        b"\xff\xfe",
    ],
    ids=lambda body: str(body[:20]),
)
def test_an_invalid_key_set_is_refused(outside: Outside, body: bytes) -> None:
    outside.body = body
    with allowing("127.0.0.0/8", "::1/128"), pytest.raises(remote_documents.NotFetched):
        remote_documents.key_set("c", f"{outside.address}/keys", None, NOON)


def test_a_private_key_is_refused(world: World, outside: Outside) -> None:
    outside.publishes("a", private=True)
    with pytest.raises(remote_documents.NotFetched, match="private"):
        remote_documents.key_set("c", f"{outside.address}/keys", None, world.clock())


def test_a_key_set_is_cached_and_fetched_again_for_a_new_kid(
    world: World, clock: Clock, outside: Outside
) -> None:
    uri = f"{outside.address}/keys"
    outside.publishes("a")
    for _ in range(3):
        assert remote_documents.key_set("c", uri, "a", clock())["keys"][0]["kid"] == "a"
    assert len(outside.asked) == 1
    outside.publishes("b")
    assert remote_documents.key_set("c", uri, "b", clock())["keys"][0]["kid"] == "a", (
        "a flood of unknown kids is not passed on"
    )
    clock.advance(remote_documents.RETRY_AFTER)
    assert remote_documents.key_set("c", uri, "b", clock())["keys"][0]["kid"] == "b"
    clock.advance(remote_documents.CACHED_FOR)
    remote_documents.key_set("c", uri, "b", clock())
    assert len(outside.asked) == 3


def test_a_server_that_fails_is_not_asked_by_every_request(
    world: World, clock: Clock, outside: Outside
) -> None:
    uri = f"{outside.address}/keys"
    outside.status = 500
    for _ in range(2):
        with pytest.raises(remote_documents.NotFetched):
            remote_documents.key_set("c", uri, "a", clock())
    assert len(outside.asked) == 1
    outside.status = 200
    outside.publishes("a")
    clock.advance(remote_documents.RETRY_AFTER)
    assert remote_documents.key_set("c", uri, "a", clock())["keys"][0]["kid"] == "a"


def test_no_proxy_of_the_environment_is_used(
    world: World, outside: Outside, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{listener.port}")
    outside.publishes("a")
    assert remote_documents.key_set("c", f"{outside.address}/keys", "a", world.clock()) and listener.seen == 0


def test_an_assertion_whose_keys_cannot_be_fetched_is_refused(
    app: Flask, world: World, outside: Outside
) -> None:
    outside.status = 500
    made = world.relying_party(
        token_endpoint_auth_method="private_key_jwt", jwks_uri=f"{outside.address}/keys"
    )
    form: dict[str, Any] = {
        "grant_type": "refresh_token",
        "refresh_token": "x",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": FapiClient(
            app, made.client_id, new_key("k"), world.clock, app.test_client()
        ).assertion(),
    }
    response = app.test_client().post("/token", data=form)
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")
