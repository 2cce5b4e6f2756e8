"""Provider metadata (OIDC Discovery §3, RFC 8414) and JWKS: built once per generation from the lists that the code uses."""

import json

from idp.database.generation import cache
from idp.languages import tag_of
from idp.oidc import signing
from idp.oidc.authorization.rules import authorization_request
from idp.oidc.clients.authentication import METHODS
from idp.oidc.clients.rules import client_metadata, registered_members
from idp.oidc.rules import claims
from idp.oidc.tokens.rules import dpop
from idp.people.rules.accounts import PROFILES
from idp.runtime.context import settings

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
    """The document. Every boolean is explicit: some default to true when omitted."""
    issuer = settings().server.issuer
    return {
        "issuer": issuer,
        **{name: f"{issuer}{path}" for name, path in ENDPOINTS.items()},
        "scopes_supported": list(registered_members.SCOPES),
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
        "ui_locales_supported": list(dict.fromkeys(map(tag_of, settings().service.languages))),
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
    """RFC 8414 §2: the same methods at every endpoint, except that a public client may not introspect."""
    algs = list(client_metadata.ASSERTION_ALGS)
    members: dict[str, object] = {}
    for endpoint in ("token", "revocation", "introspection"):
        methods = [method for method in METHODS if method != "none" or endpoint != "introspection"]
        members[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        members[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = algs
    return members


def metadata_bytes() -> bytes:
    """The document as served; cached until the registry's generation changes."""
    cached = cache().values
    if "metadata" not in cached:
        cached["metadata"] = json.dumps(metadata()).encode()
    document: bytes = cached["metadata"]
    return document


def jwks_bytes(now: int) -> bytes:
    """The JWKS in force at `now`, as served."""
    return signing.keyring(now).jwks_bytes()
