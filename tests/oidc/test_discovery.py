"""The metadata tells the truth: every value is used, every boolean is written out."""

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata

from idp.oidc.rules.authorization_request import PROMPTS, RESPONSE_MODES
from tests.oidc.flow import RelyingParty, answer


def document(portal: RelyingParty) -> dict[str, object]:
    return dict(portal.app.test_client().get("/.well-known/openid-configuration").get_json())


def test_it_is_valid_metadata_and_both_addresses_say_the_same(portal: RelyingParty) -> None:
    said = document(portal)
    secure = {k: v.replace("http://", "https://") if isinstance(v, str) else v for k, v in said.items()}
    OpenIDProviderMetadata(secure).validate()
    AuthorizationServerMetadata(secure).validate()
    assert portal.app.test_client().get("/.well-known/oauth-authorization-server").get_json() == said
    assert said["issuer"] == "http://localhost"


def test_every_endpoint_it_names_is_there(portal: RelyingParty) -> None:
    for name, address in document(portal).items():
        if isinstance(address, str) and (name.endswith("_endpoint") or name == "jwks_uri"):
            path = address.removeprefix("http://localhost")
            assert portal.app.test_client().get(path).status_code != 404, name


def test_every_prompt_and_response_mode_it_names_works(portal: RelyingParty) -> None:
    said = document(portal)
    assert said["prompt_values_supported"] == list(PROMPTS)
    assert said["response_modes_supported"] == list(RESPONSE_MODES)
    for mode in RESPONSE_MODES:
        assert portal.authorize(response_mode=mode).status_code in (200, 303)
    for prompt in PROMPTS:
        response = portal.authorize(prompt=prompt)
        # Each one but "none" may show a page first.
        assert response.headers["Location"].startswith("/authorize/") or "code" in answer(response), prompt
    assert "code" in answer(portal.authorize(prompt="none"))


def test_silence_means_nothing_here(portal: RelyingParty) -> None:
    said = document(portal)
    for name in (
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_request_uri_registration",
        "frontchannel_logout_supported",
        "backchannel_logout_supported",
        "authorization_response_iss_parameter_supported",
    ):
        assert isinstance(said[name], bool), name


def test_it_may_be_cached_and_read_by_any_page(portal: RelyingParty) -> None:
    for path in ("/jwks.json", "/.well-known/openid-configuration"):
        response = portal.app.test_client().get(path)
        assert response.headers["Cache-Control"] == "public, max-age=3600"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.mimetype == "application/json"
