"""How Pronote registers itself (RFC 7591)."""

from typing import Any


def registration(base: str) -> dict[str, Any]:
    """The registration document of a Pronote at `base`."""
    return {
        "client_name": "Pronote",
        "client_uri": base,
        "initiate_login_uri": f"{base}/login",
        "redirect_uris": [f"{base}/callback"],
        "post_logout_redirect_uris": [f"{base}/logged-out"],
        "backchannel_logout_uri": f"{base}/backchannel-logout",
        "backchannel_logout_session_required": True,
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
        "response_types": ["code"],
        "id_token_signed_response_alg": "ES256",
        "scope": "openid ect.scope.cnx ect.scope.pronote",
        "service_claims": [
            "name",
            "given_name",
            "family_name",
            "locale",
            "children",
            "class",
            "school",
            "roles",
        ],
        "accepted_profiles": ["responsable", "eleve", "personnel"],
        "software_id": "pronote",
        "contacts": ["pronote@academie.example"],
    }
