"""Clients under FAPI 2.0, each with a browser in which a guardian is signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.conformance.fapi_client import FapiClient, new_key
from tests.conftest import Clock
from tests.oidc.flow import signed_in_browser
from tests.world import World

MakeClient = Callable[..., FapiClient]


@pytest.fixture
def make_client(app: Flask, world: World, clock: Clock) -> MakeClient:
    """Register a client with a key of its own and these members."""

    def make(profile: str | None = "fapi2", alg: str = "ES256", **members: Any) -> FapiClient:
        key = new_key("the-key", alg)
        registered = world.relying_party(
            security_profile=profile,
            jwks={"keys": [key.as_dict(private=False)]},
            **{
                "token_endpoint_auth_method": "private_key_jwt",
                **({"id_token_signed_response_alg": "PS256"} if profile else {}),
                **members,
            },
        )
        browser = signed_in_browser(world, world.guardian())
        signs = profile == "fapi2-message-signing"
        return FapiClient(app, registered.client_id, key, clock, browser, signs)

    return make


@pytest.fixture
def client(make_client: MakeClient) -> FapiClient:
    """Under the security profile."""
    return make_client()


@pytest.fixture
def signer(make_client: MakeClient) -> FapiClient:
    """Under message signing."""
    return make_client("fapi2-message-signing", "PS256")
