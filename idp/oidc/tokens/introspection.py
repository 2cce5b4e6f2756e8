"""Token introspection (RFC 7662). A client may introspect its own tokens; any other token is reported as inactive."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.oidc.clients import authentication, registry
from idp.oidc.clients.registry import Client
from idp.oidc.tokens import refresh_grant
from idp.oidc.tokens.grants import find_access_token
from idp.oidc.tokens.subjects import subject_for
from idp.oidc.tokens.token_request import TokenRequest
from idp.runtime.context import settings


@dataclass(frozen=True)
class Introspected:
    """`payload` is the response of §2.2 for a live token of `client_id`."""

    client_id: str
    payload: dict[str, Any]


def answer(request: TokenRequest) -> dict[str, Any]:
    """The response of §2.2. Raises OAuth2Error.

    The token is read before the client is checked: one statement with the generation of the clients. token_type_hint is
    ignored: both kinds are looked up.
    """
    text = request.form.get("token")
    token = None if text is None else _introspected(text, request.now)
    client = authentication.authenticate(request)
    if text is None:
        raise InvalidRequestError("token is missing.")
    return token.payload if token is not None and _may_see(client, token) else {"active": False}


def _may_see(client: Client, token: Introspected) -> bool:
    """Only live tokens of the client itself; a public client is not authenticated (§2.1)."""
    return token.client_id == client.client_id and not client.registration.is_public


def _introspected(token_string: str, now: int) -> Introspected | None:
    """The live token with this text, an access token or a refresh token; None if there is none."""
    if access_token := find_access_token(token_string, now):
        client, row = access_token
        payload = _common(client, row.subject, row.token_scope) | {
            "token_type": "DPoP" if row.token_jkt else "Bearer",
            "iat": row.token_issued_at,
            "exp": row.token_expires_at,
            **({"aud": row.token_audience.split()} if row.token_audience else {}),
            # RFC 9449 §6.2: the resource server checks the proof against this key.
            **({"cnf": {"jkt": row.token_jkt}} if row.token_jkt else {}),
        }
        return Introspected(client.client_id, payload)
    presented = refresh_grant.peek(token_string, now)
    if presented is None:
        return None
    holder = registry.active(presented.grant.client_id)
    if holder is None:
        return None
    return Introspected(
        holder.client_id, _common(holder, presented.grant.account.subject, presented.get_scope())
    )


def _common(client: Client, subject: str, scope: str) -> dict[str, Any]:
    return {
        "active": True,
        "iss": settings().server.issuer,
        "sub": subject_for(client, subject),
        "client_id": client.client_id,
        "scope": scope,
    }
