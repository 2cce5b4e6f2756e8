"""Authlib's judge of RP-initiated logout requests, with our ID tokens and clients (RP-Initiated Logout 1.0 §2, §3)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.rpinitiated import EndSessionEndpoint

from idp.oidc import clients, tokens


class EndSession(EndSessionEndpoint):  # type: ignore[misc]
    """Authlib judges the request; `idp.oidc.logout` ends the session after the person has confirmed.

    Without a valid hint nothing is redirected: anybody can write such a link (§2, §6).
    """

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        claims = tokens.read_hint(id_token_hint)
        if claims is None:
            raise InvalidRequestError("id_token_hint is not an ID token of this provider.")
        return claims

    def resolve_client_from_id_token_claims(self, id_token_claims: dict[str, Any]) -> clients.Client | None:
        return clients.active(id_token_claims["aud"])

    def end_session(self, end_session_request: Any) -> None:
        """Done by the endpoint in its own transaction."""
