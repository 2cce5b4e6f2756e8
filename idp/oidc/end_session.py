"""Validation of RP-initiated logout requests by Authlib, with our ID tokens and clients (RP-Initiated Logout 1.0 §2, §3)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.rpinitiated import EndSessionEndpoint

from idp.oidc.clients import registry
from idp.oidc.tokens.hints import read_hint
from idp.runtime.context import now


class EndSession(EndSessionEndpoint):  # type: ignore[misc]
    """Authlib validates the request; `idp.services.session_end` ends the session after the person has confirmed.

    Without a valid hint there is no redirect: any site can write such a link (§2, §6).
    """

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        claims = read_hint(id_token_hint, now())
        if claims is None:
            raise InvalidRequestError("id_token_hint is not an ID token of this provider.")
        return claims

    def resolve_client_from_id_token_claims(self, id_token_claims: dict[str, Any]) -> registry.Client | None:
        return registry.active(id_token_claims["aud"])

    def end_session(self, end_session_request: Any) -> None:
        """Done by the endpoint in its own transaction."""
