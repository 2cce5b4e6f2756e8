"""Provider metadata (OIDC Discovery §3, RFC 8414) and JWKS: bytes made once a generation, from what is served."""

import json

from idp.context import settings
from idp.oidc import clients, signing
from idp.oidc.client_authentication import METHODS
from idp.oidc.rules import authorization_request, claims, client_metadata
from idp.people.rules.accounts import PROFILES


def metadata() -> dict[str, object]:
    """The document. Every boolean is written out: silence would mean yes for some of them."""
    issuer = settings().server.issuer
    machine_methods = [method for method in METHODS if method != "none"]
    algs = list(client_metadata.ASSERTION_ALGS)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks.json",
        "revocation_endpoint": f"{issuer}/revoke",
        "introspection_endpoint": f"{issuer}/introspect",
        "registration_endpoint": f"{issuer}/register",
        "end_session_endpoint": f"{issuer}/logout",
        "scopes_supported": list(client_metadata.SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(authorization_request.RESPONSE_MODES),
        "grant_types_supported": list(client_metadata.GRANT_TYPES),
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": list(client_metadata.SIGNING_ALGS),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_endpoint_auth_methods_supported": machine_methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algs,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": list(authorization_request.PROMPTS),
        "display_values_supported": list(authorization_request.DISPLAYS),
        "acr_values_supported": [*authorization_request.LEVELS, *PROFILES.values()],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "amr",
            "sid",
            *claims.ALL_CLAIMS,
        ],
        "ui_locales_supported": list(settings().service.languages),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": False,
        "frontchannel_logout_session_supported": False,
        "service_documentation": f"{issuer}/help",
    }


def metadata_bytes() -> bytes:
    kept = clients.registry().kept
    if "metadata" not in kept:
        kept["metadata"] = json.dumps(metadata()).encode()
    found: bytes = kept["metadata"]
    return found


def jwks_bytes() -> bytes:
    return signing.keyring().jwks_bytes()
