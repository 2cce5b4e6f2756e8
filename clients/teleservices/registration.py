"""How Téléservices registers itself (RFC 7591)."""

from typing import Any


def registration(base: str) -> dict[str, Any]:
    """The registration document of the Téléservices at `base`."""
    return {
        "client_name": "Téléservices",
        "client_uri": base,
        "initiate_login_uri": f"{base}/login",
        "redirect_uris": [f"{base}/callback"],
        "post_logout_redirect_uris": [f"{base}/logged-out"],
        "backchannel_logout_uri": f"{base}/backchannel-logout",
        "backchannel_logout_session_required": True,
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "id_token_signed_response_alg": "ES256",
        "scope": "openid email phone ect.scope.cnx ect.scope.teleservices",
        "service_claims": ["name", "given_name", "family_name", "locale", "children"],
        "accepted_profiles": ["responsable"],
        "software_id": "teleservices",
        "contacts": ["teleservices@academie.example"],
    }
