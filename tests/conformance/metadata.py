"""The discovery document with every check of its form (OpenID Connect Discovery §3)."""

import re
from typing import Any

from flask import Flask
from joserfc.jwk import KeySet

PUBLISHED = "https://id.ecole.example"


REQUIRED = {
    *("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported"),
    *("subject_types_supported", "id_token_signing_alg_values_supported"),
}


RECOMMENDED = {"userinfo_endpoint", "registration_endpoint", "scopes_supported", "claims_supported"}


ADDRESSES = {
    *("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint"),
    *("revocation_endpoint", "introspection_endpoint", "end_session_endpoint", "check_session_iframe"),
    *("pushed_authorization_request_endpoint", "device_authorization_endpoint", "service_documentation"),
    *("op_policy_uri", "op_tos_uri"),
}


LISTS = {
    *("response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"),
    *("scopes_supported", "response_modes_supported", "grant_types_supported", "acr_values_supported"),
    *("userinfo_signing_alg_values_supported", "request_object_signing_alg_values_supported"),
    *("token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported"),
    *("revocation_endpoint_auth_methods_supported", "introspection_endpoint_auth_methods_supported"),
    "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    *("display_values_supported", "claim_types_supported", "claims_supported", "prompt_values_supported"),
    *("claims_locales_supported", "ui_locales_supported", "code_challenge_methods_supported"),
    "dpop_signing_alg_values_supported",
}


FLAGS = {
    *("claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"),
    *("require_request_uri_registration", "require_signed_request_object"),
    *("require_pushed_authorization_requests", "authorization_response_iss_parameter_supported"),
    *("backchannel_logout_supported", "backchannel_logout_session_supported"),
    *("frontchannel_logout_supported", "frontchannel_logout_session_supported"),
}


LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-([a-zA-Z]{2}|[0-9]{3}))?(-[a-zA-Z0-9]{5,8})*")
"""BCP 47, as far as a school's languages go."""


PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


OF_A_KIND = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}


def document(app: Flask, path: str) -> dict[str, Any]:
    response = app.test_client().get(path, base_url=PUBLISHED)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    metadata = response.get_json()
    assert isinstance(metadata, dict)
    return metadata


def checked_metadata(app: Flask) -> dict[str, Any]:
    """The discovery document under the issuer `PUBLISHED`, with every check of its form and keys."""
    published = document(app, "/.well-known/openid-configuration")
    assert published["issuer"] == PUBLISHED
    # What a flag says by its absence is not the same for all of them (Discovery §3): so each is there.
    assert published.keys() >= REQUIRED | RECOMMENDED | FLAGS
    assert published.keys() <= {"issuer"} | ADDRESSES | LISTS | FLAGS
    for name in published.keys() & ADDRESSES:
        assert (
            isinstance(published[name], str)
            and published[name].startswith("https://")
            and "#" not in published[name]
        )
    for name in published.keys() & LISTS:
        # RFC 8414 §3.2: what has no element is left out.
        assert isinstance(published[name], list) and published[name], name
        assert all(isinstance(value, str) and value for value in published[name]) and len(
            {*published[name]}
        ) == len(published[name])
    for name in FLAGS:
        assert type(published[name]) is bool, name
    check_values(published)
    check_keys(document(app, published["jwks_uri"].removeprefix(PUBLISHED)))
    return published


def check_values(published: dict[str, Any]) -> None:
    """Required values for a client of the code flow."""
    assert "openid" in published["scopes_supported"]
    assert {"query", "form_post"} <= {*published["response_modes_supported"]}
    assert {*published["subject_types_supported"]} <= {"pairwise", "public"}
    assert "RS256" in published["id_token_signing_alg_values_supported"]
    assert {"client_secret_basic", "client_secret_post"} <= {
        *published["token_endpoint_auth_methods_supported"]
    }
    assert "none" not in published["token_endpoint_auth_signing_alg_values_supported"]
    assert {"page", "popup"} <= {*published["display_values_supported"]}
    assert published["claim_types_supported"] == ["normal"] and "sub" in published["claims_supported"]
    for name in ("claims_locales_supported", "ui_locales_supported"):
        assert all(LANGUAGE.fullmatch(tag) for tag in published.get(name, [])), name


def check_keys(jwks: dict[str, Any]) -> None:
    """RFC 7517, RFC 7518 §6: public keys, each with a name of its own, that a library can use."""
    keys = jwks["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not key.keys() & PRIVATE and key["kty"] in OF_A_KIND
        assert key["use"] == "sig" and key["alg"] in ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
        for member in OF_A_KIND[key["kty"]] - {"crv"}:
            assert re.fullmatch(r"[A-Za-z0-9_-]+", key[member])
        assert key["kty"] != "RSA" or len(key["n"]) * 6 >= 2048
    assert "RS256" in {key["alg"] for key in keys}
    assert len(KeySet.import_key_set(jwks).keys) == len(keys)  # type: ignore[arg-type]
