"""PyPI's idpyoidc against the provider, through the real pages: private_key_jwt, PKCE, refresh, logout."""

import warnings
from pathlib import Path
from typing import Any

import requests
from cryptojwt.key_jar import init_key_jar

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from idpyoidc.client.rp_handler import RPHandler

import pytest

from tests.journeys.person import Person
from tests.peers.conftest import Served
from tests.peers.test_openid_client import BYE, CALLBACK, log_in

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def _its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """idpyoidc writes keys into the working folder."""
    monkeypatch.chdir(tmp_path)


def relying_party(served: Served, client_id: str, extra: dict[str, Any], keys: Any = None) -> RPHandler:
    client = {
        "issuer": served.issuer,
        "client_id": client_id,
        "redirect_uris": [CALLBACK],
        "client_type": "oidc",
        "preference": {"response_types": ["code"], "scope": ["openid", "profile", "offline_access"]},
        "scopes_supported": ["openid", "profile", "offline_access"],
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            }
        },
        "post_logout_redirect_uris": [BYE],
        **extra,
    }
    return RPHandler(
        base_url="http://127.0.0.1:9",
        client_configs={"school": client},
        keyjar=keys,
        httpc_params={"verify": False},
    )


def whole_life(served: Served, handler: RPHandler, username: str, password: str) -> dict[str, Any]:
    address = handler.begin("school")
    answer = log_in(Person(), address if isinstance(address, str) else address["url"], username, password)
    query = dict(requests.compat.urlparse(answer)._asdict())["query"]
    parameters = {
        name: values[0] for name, values in __import__("urllib.parse").parse.parse_qs(query).items()
    }
    found = handler.finalize(served.issuer, parameters)
    assert "error" not in found, found
    refreshed = handler.refresh_access_token(found["state"])
    assert refreshed["access_token"]
    return dict(found)


def test_a_client_with_a_secret(served: Served) -> None:
    with served.app.app_context():
        guardian = served.world.guardian()
        registered = served.world.relying_party(redirect_uris=[CALLBACK], post_logout_redirect_uris=[BYE])
    handler = relying_party(
        served,
        registered.client_id,
        {"client_secret": registered.client_secret, "client_authn_methods": ["client_secret_basic"]},
    )
    found = whole_life(served, handler, guardian.username, guardian.password)
    assert found["userinfo"]["name"] == "Claire Durand"
    assert found["id_token"]["iss"] == served.issuer


def test_a_client_with_a_key(served: Served) -> None:
    keys = init_key_jar(key_defs=[{"type": "EC", "crv": "P-256", "use": ["sig"]}])
    with served.app.app_context():
        guardian = served.world.guardian()
        registered = served.world.relying_party(
            redirect_uris=[CALLBACK],
            post_logout_redirect_uris=[BYE],
            token_endpoint_auth_method="private_key_jwt",
            jwks=keys.export_jwks(),
        )
    extra = {
        "preference": {
            "response_types": ["code"],
            "scope": ["openid", "profile", "offline_access"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        },
        "client_authn_methods": ["private_key_jwt"],
    }
    handler = relying_party(served, registered.client_id, extra, keys)
    found = whole_life(served, handler, guardian.username, guardian.password)
    assert found["userinfo"]["name"] == "Claire Durand"
