"""Clients under FAPI 2.0, each with a browser in which a guardian is signed in."""

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.signin import cookies
from idp.signin.authentication import sign_in
from tests.actors.relying_party import REDIRECT
from tests.actors.world import Someone, World
from tests.conformance.fapi_client import FapiClient, new_key
from tests.conftest import Clock

MakeClient = Callable[..., FapiClient]


def maker(app: Flask, world: World, clock: Clock, usual: str = "fapi2") -> MakeClient:
    """Registers clients with these members, each with a key of its own, under the `usual` profile if none is named."""
    numbers = count()

    def make(
        profile: str | None = usual, key: Any = None, someone: Someone | None = None, **members: Any
    ) -> FapiClient:
        signs = profile == "fapi2-message-signing"
        key = key or known_key("PS256" if signs else "ES256", next(numbers))
        document = {
            "security_profile": profile,
            "jwks": {"keys": [key.as_dict(private=False)]},
            "token_endpoint_auth_method": "private_key_jwt",
            **({"id_token_signed_response_alg": "PS256"} if profile else {}),
            **members,
        }
        registered = world.relying_party(**document)
        browser = browser_of(world, someone or world.guardian())
        made = FapiClient(app, registered.client_id, key, clock, browser, signs)
        made.redirect_uri = document.get("redirect_uris", [REDIRECT])[0]
        return made

    return make


@cache
def known_key(alg: str, number: int) -> Any:
    """The same for the same number, for making an RSA key takes a while; each client of a test has its own."""
    return new_key("the-key", alg)


def browser_of(world: World, someone: Someone) -> FlaskClient:
    """A browser with a live session, with the cookie names of this issuer."""
    browser = world.app.test_client()
    with world.app.app_context():
        opened = sign_in(someone.username, someone.password, "192.0.2.7", "Test browser", world.clock())
        browser.set_cookie(cookies.session_name(), opened.token)
    return browser


@pytest.fixture
def make_client(app: Flask, world: World, clock: Clock) -> MakeClient:
    return maker(app, world, clock)


@pytest.fixture
def client(make_client: MakeClient) -> FapiClient:
    """Under the security profile."""
    return make_client()


@pytest.fixture
def signer(make_client: MakeClient) -> FapiClient:
    """Under message signing."""
    return make_client("fapi2-message-signing")
