"""RFC 7662. A client may ask about its own tokens; about anything else it learns only that it is not active."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from idp.context import now, settings
from idp.oidc import client_authentication, clients, refresh_grant, tokens
from idp.oidc.clients import Client


@dataclass(frozen=True)
class Introspected:
    """`payload` is what §2.2 answers for a live token of `client_id`."""

    client_id: str
    payload: dict[str, Any]

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = client_authentication.METHODS

    def authenticate_token(self, request: Any, client: Client) -> Introspected | None:
        if "token" not in request.form:
            raise InvalidRequestError("token is missing.")
        token = self.query_token(request.form["token"], None)
        return token if token is not None and self.check_permission(token, client, request) else None

    def check_permission(self, token: Introspected, client: Client, request: Any) -> bool:
        """Only live tokens of the client itself; a public client could be anybody (RFC 7662 §2.1)."""
        return token.client_id == client.client_id and not client.registration.is_public

    def query_token(self, token_string: str, token_type_hint: str | None) -> Introspected | None:
        moment = now()
        if found := tokens.find_access_token(token_string, moment):
            grant, client, row = found
            payload = _common(grant, client, row.token_scope) | {
                "token_type": "DPoP" if row.token_jkt else "Bearer",
                "iat": row.token_issued_at,
                "exp": row.token_expires_at,
                **({"aud": row.token_audience.split()} if row.token_audience else {}),
                # RFC 9449 §6.2: whoever serves the resource checks the proof against this key.
                **({"cnf": {"jkt": row.token_jkt}} if row.token_jkt else {}),
            }
            return Introspected(client.client_id, payload)
        presented = refresh_grant.peek(token_string, moment)
        if presented is None:
            return None
        holder = clients.active(presented.grant.client_id)
        if holder is None:
            return None
        return Introspected(holder.client_id, _common(presented.grant, holder, presented.get_scope()))

    def introspect_token(self, token: Introspected) -> dict[str, Any]:
        return token.payload


def _common(grant: tokens.GrantFacts, client: Client, scope: str) -> dict[str, Any]:
    return {
        "iss": settings().server.issuer,
        "sub": tokens.subject(client, grant.account.subject),
        "client_id": client.client_id,
        "scope": scope,
    }
