"""The metadata is correct: every URL exists, every boolean is explicit and true.

Lists of values are checked in test_metadata_values.py.
"""

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata

from idp.oidc.authorization.rules.authorization_request import PROMPTS, RESPONSE_MODES
from tests.actors.relying_party import RelyingParty, answer
from tests.actors.world import World
from tests.conftest import Serve
from tests.oidc.discovered import ADDRESSES, BOOLEANS, parameter_request_uri, request_uris_are_registered
from tests.outgoing.outside import Outside


def document(portal: RelyingParty) -> dict[str, object]:
    return dict(portal.app.test_client().get("/.well-known/openid-configuration").get_json())


def test_the_metadata_is_valid_and_equal_at_both_urls(portal: RelyingParty) -> None:
    metadata = document(portal)
    secure = {k: v.replace("http://", "https://") if isinstance(v, str) else v for k, v in metadata.items()}
    OpenIDProviderMetadata(secure).validate()
    AuthorizationServerMetadata(secure).validate()
    assert portal.app.test_client().get("/.well-known/oauth-authorization-server").get_json() == metadata
    assert metadata["issuer"] == "http://localhost"


def test_every_url_of_the_metadata_exists(portal: RelyingParty) -> None:
    metadata = document(portal)
    addresses = {
        name for name, value in metadata.items() if isinstance(value, str) and value.startswith("http")
    }
    assert addresses == {*ADDRESSES, "issuer"}
    for name in ADDRESSES:
        path = str(metadata[name]).removeprefix("http://localhost")
        assert portal.app.test_client().get(path).status_code in (200, 303, 400, 401, 405), name


def test_every_announced_prompt_and_response_mode_works(portal: RelyingParty) -> None:
    metadata = document(portal)
    assert metadata["prompt_values_supported"] == list(PROMPTS)
    assert metadata["response_modes_supported"] == list(RESPONSE_MODES)
    for mode in RESPONSE_MODES:
        assert portal.authorize(response_mode=mode).status_code in (200, 303)
    for prompt in PROMPTS:
        response = portal.authorize(prompt=prompt)
        # Each one but "none" may show a page first.
        assert response.headers["Location"].startswith("/login/") or "code" in answer(response), prompt
    assert "code" in answer(portal.authorize(prompt="none"))


def test_no_member_with_a_default_is_omitted(portal: RelyingParty) -> None:
    metadata = document(portal)
    assert {name: value for name, value in metadata.items() if isinstance(value, bool)} == {
        name: value for name, (value, _) in BOOLEANS.items()
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", BOOLEANS)
def test_every_boolean_is_true(world: World, portal: RelyingParty, serve: Serve, name: str) -> None:
    makes_it_true = BOOLEANS[name][1]
    if makes_it_true in (parameter_request_uri, request_uris_are_registered):
        makes_it_true(world, portal, Outside(serve))
    else:
        makes_it_true(world, portal)


def test_the_metadata_is_cacheable_and_allows_cors(portal: RelyingParty) -> None:
    for path in ("/jwks.json", "/.well-known/openid-configuration"):
        response = portal.app.test_client().get(path)
        assert response.headers["Cache-Control"] == "public, max-age=3600"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.mimetype == "application/json"
