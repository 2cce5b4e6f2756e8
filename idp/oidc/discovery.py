"""Provider metadata (OIDC Discovery §3, RFC 8414) and JWKS: bytes made once a generation, from what is served."""

import json

from idp.context import settings
from idp.oidc import clients, signing
from idp.oidc.client_authentication import METHODS
from idp.oidc.rules import authorization_request, claims, client_metadata, dpop
from idp.people.rules.accounts import PROFILES

ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "jwks_uri": "/jwks.json",
    "pushed_authorization_request_endpoint": "/par",
    "device_authorization_endpoint": "/device_authorization",
    "revocation_endpoint": "/revoke",
    "introspection_endpoint": "/introspect",
    "registration_endpoint": "/register",
    "end_session_endpoint": "/logout",
    "check_session_iframe": "/check_session",
}
_TOKEN_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid")


def metadata() -> dict[str, object]:
    """The document. Every boolean is written out: silence would mean yes for some of them."""
    issuer = settings().server.issuer
    return {
        "issuer": issuer,
        **{name: f"{issuer}{path}" for name, path in ENDPOINTS.items()},
        "scopes_supported": list(client_metadata.SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(authorization_request.RESPONSE_MODES),
        "grant_types_supported": list(client_metadata.GRANT_TYPES),
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": list(client_metadata.SIGNING_ALGS),
        "userinfo_signing_alg_values_supported": list(client_metadata.SIGNING_ALGS),
        "request_object_signing_alg_values_supported": list(client_metadata.ASSERTION_ALGS),
        **_client_authentication(),
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": list(dpop.ALGS),
        "prompt_values_supported": list(authorization_request.PROMPTS),
        "display_values_supported": list(authorization_request.DISPLAYS),
        "acr_values_supported": [*client_metadata.LEVELS, *PROFILES.values()],
        "claim_types_supported": ["normal"],
        "claims_supported": [*_TOKEN_CLAIMS, *claims.ALL_CLAIMS],
        "ui_locales_supported": list(settings().service.languages),
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "require_pushed_authorization_requests": False,
        "require_signed_request_object": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "service_documentation": f"{issuer}/help",
    }


def _client_authentication() -> dict[str, object]:
    """RFC 8414 §2: the same methods everywhere, but a public client may not ask about tokens."""
    algs = list(client_metadata.ASSERTION_ALGS)
    found: dict[str, object] = {}
    for endpoint in ("token", "revocation", "introspection"):
        methods = [method for method in METHODS if method != "none" or endpoint != "introspection"]
        found[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        found[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = algs
    return found


def metadata_bytes() -> bytes:
    kept = clients.registry().kept
    if "metadata" not in kept:
        kept["metadata"] = json.dumps(metadata()).encode()
    found: bytes = kept["metadata"]
    return found


def jwks_bytes() -> bytes:
    return signing.keyring().jwks_bytes()
