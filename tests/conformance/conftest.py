"""The relying party of the certification plans, and the person who signs in for it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.conformance import registrations
from tests.conformance.suite import Own, Person, RelyingParty
from tests.conftest import Clock, Serve
from tests.peers.conftest import served  # noqa: F401
from tests.world import World

Register = Callable[..., RelyingParty]


@pytest.fixture
def response_mode() -> str | None:
    """Of every request; a plan's module can have its own."""
    return None


@pytest.fixture
def person(app: Flask, outdoors: World) -> Person:
    """A guardian of whom every standard claim is known, before a browser that is not signed in."""
    known = {
        "mobile": "+33612345678",
        "address": "1 rue des Lilas",
        "postal_code": "99000",
        "city": "Belleville",
    }
    return Person(app, outdoors.guardian("Ana", "Costa", **known))


@pytest.fixture
def register(app: Flask, clock: Clock, person: Person, response_mode: str | None) -> Register:
    """A relying party that registers itself with these members; `key` is what it signs with."""

    def registering(key: Any = None, **members: Any) -> RelyingParty:
        said = registrations.registered(app, clock, **members)
        return RelyingParty(app, clock, person, said, response_mode, key)

    return registering


@pytest.fixture
def party(register: Register) -> RelyingParty:
    """The plain one."""
    return register()


@pytest.fixture
def own(serve: Serve) -> Own:
    return Own(serve)
