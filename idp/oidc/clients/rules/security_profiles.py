"""What FAPI 2.0 asks of a client, as conditions on its registration (FAPI 2.0 Security Profile §5.3, Message Signing §5.3).

`fapi2` is the security profile with private_key_jwt and DPoP; `fapi2-message-signing` adds signed request objects. A
client names the profile, and the members that follow from it are filled in; a member that contradicts it is refused.
"""

from typing import TYPE_CHECKING, Any

from idp.services.rules.registration_reader import Reader

if TYPE_CHECKING:
    from idp.oidc.clients.rules.client_metadata import ClientMetadata

PROFILES = ("fapi2", "fapi2-message-signing")
ALGS = ("PS256", "ES256", "EdDSA")

_DEMANDED: dict[str, Any] = {
    "token_endpoint_auth_method": "private_key_jwt",
    "require_pkce": True,
    "require_pushed_authorization_requests": True,
    "dpop_bound_access_tokens": True,
    "refresh_token_rotation": False,
}


def demanded(profile: str) -> dict[str, Any]:
    """Members and the one value that each must have under a profile."""
    return _DEMANDED | ({"require_signed_request_object": True} if profile == PROFILES[1] else {})


def filled_in(document: dict[str, Any], profile: str) -> dict[str, Any]:
    """The document, with the profile's values for members that it omits."""
    return {
        **(demanded(profile) if profile in PROFILES else {}),
        "id_token_signed_response_alg": "PS256",
        **document,
    }


def check(read: Reader, metadata: "ClientMetadata") -> None:
    """Name every member that contradicts the profile."""
    assert metadata.security_profile is not None
    for name, value in demanded(metadata.security_profile).items():
        if getattr(metadata, name) != value:
            shown = value if isinstance(value, str) else str(value).lower()
            read.fault(name, "is %(value)s under %(profile)s", value=shown, profile=metadata.security_profile)
    for name in (
        "id_token_signed_response_alg",
        "token_endpoint_auth_signing_alg",
        "request_object_signing_alg",
        "userinfo_signed_response_alg",
    ):
        if getattr(metadata, name) not in (*ALGS, None):
            read.fault(
                name,
                "is one of %(allowed)s under %(profile)s",
                allowed=ALGS,
                profile=metadata.security_profile,
            )
