"""The claims of profile and email, as django-oauth-toolkit's documentation says."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):  # type: ignore[misc]
    """Claims by scope, read from the account."""

    oidc_claim_scope = {
        "sub": "openid",
        "given_name": "profile",
        "family_name": "profile",
        "email": "email",
        "email_verified": "email",
    }

    def get_additional_claims(self) -> dict[str, Any]:
        return {
            "given_name": lambda request: request.user.first_name,
            "family_name": lambda request: request.user.last_name,
            "email": lambda request: request.user.email,
            "email_verified": lambda request: True,
        }
