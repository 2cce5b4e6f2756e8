"""A client's keys are fetched at their first use: meanwhile no valid client is refused, nor because of another client."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, Response

from idp.oidc.clients import remote_documents
from tests.actors.world import World
from tests.conformance.fapi_client import FapiClient, new_key
from tests.conftest import Clock, Serve

HELD = 0.4
"""Seconds for which a fetch is held up at most, so that others come while it is under way."""

MakeSigner = Callable[..., FapiClient]


class Publisher:
    """Where a key set is. While `slow`, the first fetch is answered when others have been answered, or after HELD."""

    def __init__(self, serve: Serve) -> None:
        self.asked, self.status, self.slow = 0, 200, False
        self.keys: list[dict[str, Any]] = []
        self.under_way, self.go_on = threading.Event(), threading.Event()
        app = Flask("publisher")
        app.add_url_rule("/keys", view_func=self._answer)
        self.address = f"{serve(app)}/keys"

    def _answer(self) -> Response:
        self.asked += 1
        if self.slow:
            self.under_way.set()
            self.go_on.wait(HELD)
        return Response(json.dumps({"keys": self.keys}), self.status, mimetype="application/json")

    def publishes(self, *keys: Any) -> None:
        self.keys = [key.as_dict(private=False) for key in keys]


@pytest.fixture
def publisher(serve: Serve) -> Iterator[Publisher]:
    made = Publisher(serve)
    yield made
    made.go_on.set()


@pytest.fixture
def signer(app: Flask, contextless: World, clock: Clock, publisher: Publisher) -> MakeSigner:
    """A client that shows who it is by a key at the publisher's address."""

    def make(key: Any) -> FapiClient:
        made = contextless.relying_party(
            token_endpoint_auth_method="private_key_jwt", jwks_uri=publisher.address
        )
        return FapiClient(app, made.client_id, key, clock, app.test_client())

    return make


def error_at_token(party: FapiClient) -> str:
    """The error at /token: `invalid_grant` after successful client authentication (the token is invalid), else `invalid_client`."""
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    return str(party.calls("/token", form).get_json()["error"])


@pytest.mark.both_engines
def test_requests_during_the_first_fetch_are_accepted_too(
    app: Flask, publisher: Publisher, signer: MakeSigner
) -> None:
    key = new_key("one")
    party, publisher.slow = signer(key), True
    publisher.publishes(key)

    def asks(_: int) -> str:
        try:
            return error_at_token(party)
        finally:
            publisher.go_on.set()
            with app.app_context():
                app.extensions["connections"].close()

    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(asks, 0)
        assert publisher.under_way.wait(10)
        later = [threads.submit(asks, number) for number in (1, 2)]
        answers = [request.result() for request in (first, *later)]
    assert answers == ["invalid_grant"] * 3
    assert publisher.asked <= 3


def test_after_a_first_fetch_that_failed_the_next_one_comes_in_time(
    clock: Clock, publisher: Publisher, signer: MakeSigner
) -> None:
    key = new_key("one")
    party, publisher.status = signer(key), 503
    publisher.publishes(key)
    assert [error_at_token(party), error_at_token(party)] == ["invalid_client"] * 2
    assert publisher.asked == 1, "a server that fails is not asked by every request"
    publisher.status = 200
    clock.advance(remote_documents.RETRY_AFTER)
    assert (error_at_token(party), publisher.asked) == ("invalid_grant", 2)


@pytest.mark.parametrize("status", [200, 503])
def test_another_client_at_the_same_address_is_believed_at_once(
    publisher: Publisher, signer: MakeSigner, status: int
) -> None:
    """A new registration for the same service, whose document has changed, or was out of reach, a moment before."""
    before, after = new_key("one"), new_key("one")
    publisher.status = status
    publisher.publishes(before)
    old = signer(before)
    assert error_at_token(old) == ("invalid_grant" if status == 200 else "invalid_client")
    publisher.status = 200
    publisher.publishes(after)
    assert error_at_token(signer(after)) == "invalid_grant"
    if status == 200:
        assert error_at_token(old) == "invalid_grant", "what the first one had is kept for it"


def test_one_clients_key_is_not_anothers(publisher: Publisher, signer: MakeSigner) -> None:
    first_key, second_key = new_key("one"), new_key("one")
    publisher.publishes(first_key)
    party = signer(first_key)
    assert error_at_token(party) == "invalid_grant"
    publisher.publishes(second_key)
    assert error_at_token(signer(second_key)) == "invalid_grant"
    party.key = second_key
    assert error_at_token(party) == "invalid_client"
