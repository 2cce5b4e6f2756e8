"""The relying parties of the certification plans, and the person who signs in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.actors.world import World
from tests.conformance import registrations, suite
from tests.conformance.fapi_client import FapiClient
from tests.conformance.fapi_fixtures import MakeClient, maker
from tests.conformance.suite import Own, Person, RelyingParty
from tests.conftest import Clock, Serve
from tests.peers.conftest import served  # noqa: F401

Register = Callable[..., RelyingParty]


@pytest.fixture
def response_mode() -> str | None:
    """Of every request; a plan's module can have its own."""
    return None


@pytest.fixture
def own_key() -> suite.SigningKey | None:
    """The default key for client authentication. A plan's module can override it; without a key, clients have secrets."""
    return None


@pytest.fixture
def profile() -> str:
    """The security profile of clients under FAPI 2.0; a plan's module can have its own."""
    return "fapi2"


@pytest.fixture
def person(app: Flask, contextless: World) -> Person:
    """A guardian of whom every standard claim is known, before a browser that is not signed in."""
    known = {
        "mobile": "+33612345678",
        "address": "1 rue des Lilas",
        "postal_code": "99000",
        "city": "Belleville",
        "language": "fr",
    }
    return Person(app, contextless.guardian("Ana", "Costa", **known))


@pytest.fixture
def register(
    app: Flask,
    clock: Clock,
    person: Person,
    response_mode: str | None,
    own_key: suite.SigningKey | None,
) -> Register:
    """A relying party that registers itself with these members; `key` is what it signs with."""
    usual: dict[str, Any] = {}
    if own_key is not None:
        usual = {"token_endpoint_auth_method": "private_key_jwt", "jwks": suite.public(own_key)}

    def registering(key: suite.SigningKey | None = None, **members: Any) -> RelyingParty:
        with_secret = {} if key is not None else usual
        registration = registrations.registered(app, clock, **{**with_secret, **members})
        return RelyingParty(app, clock, person, registration, response_mode, key or own_key)

    return registering


@pytest.fixture
def party(register: Register) -> RelyingParty:
    """The plain one."""
    return register()


@pytest.fixture
def own(serve: Serve) -> Own:
    return Own(serve)


@pytest.fixture
def make_client(app: Flask, contextless: World, clock: Clock, profile: str) -> MakeClient:
    return maker(app, contextless, clock, profile)


@pytest.fixture
def client(make_client: MakeClient) -> FapiClient:
    return make_client()
