"""UserInfo (OIDC Core §5.3): token in the header or, for a POST, in the body (RFC 6750 §2.1, §2.2; RFC 9449 §7.1)."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, MissingAuthorizationError, UnsupportedTokenTypeError
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError

from idp.database.engine import transaction
from idp.observability.requests import note_client
from idp.oidc.clients.registry import Client
from idp.oidc.tokens import claims as tokens
from idp.oidc.tokens import dpop
from idp.oidc.tokens.grants import GrantFacts, find_access_token, grant_of
from idp.oidc.tokens.rules.dpop import ALGS
from idp.oidc.tokens.token_request import TokenRequest
from idp.runtime.context import settings


@dataclass(frozen=True)
class Live:
    """A live access token that is for this provider."""

    text: str
    grant: GrantFacts
    client: Client
    scope: str
    dpop_jkt: str | None


def answer(request: TokenRequest) -> tuple[int, Any, list[tuple[str, str]]]:
    """Status, body and headers of the response (§5.3.2). Raises OAuth2Error (§5.3.3)."""
    token = _presented(request)
    note_client(token.client.client_id)
    claims = tokens.userinfo(token.grant, tuple(token.scope.split()), token.client, request.now)
    alg = token.client.registration.userinfo_signed_response_alg
    if alg is None:
        return 200, claims, []
    signed = tokens.signed_userinfo(claims, token.client, alg, request.now)
    return 200, signed, [("Content-Type", "application/jwt")]


def _presented(request: TokenRequest) -> Live:
    """The token of the request, in the header or in the body, never in both. Raises OAuth2Error."""
    in_body, header = request.form.get("access_token"), request.authorization
    if in_body is not None:
        if header:
            raise InvalidRequestError("The token was sent in two places.")
        return _bearer(_live(in_body, request.now))
    if not header:
        raise MissingAuthorizationError("bearer", None)
    scheme, *credentials = header.split(None, 1)
    if not credentials:
        raise UnsupportedTokenTypeError("bearer", None)
    kind = scheme.lower()
    if kind == "bearer":
        return _bearer(_live(credentials[0], request.now))
    if kind == "dpop":
        return _proven(_live(credentials[0], request.now), request.now)
    raise UnsupportedTokenTypeError("bearer", None)


def _live(text: str, now: int) -> Live:
    """A live token with the scope `openid`. Raises InvalidTokenError, InsufficientScopeError."""
    access_token = find_access_token(text, now)
    if access_token is None or not _is_for_us(access_token[1].token_audience):
        raise InvalidTokenError()
    client, row = access_token
    if "openid" not in row.token_scope.split():
        raise InsufficientScopeError()
    return Live(text, grant_of(row), client, row.token_scope, row.token_jkt)


def _bearer(token: Live) -> Live:
    """A token bound to a key is refused as a bearer token (RFC 9449 §7.2)."""
    if token.dpop_jkt is not None:
        raise InvalidTokenError("The token is bound to a key.")
    return token


def _proven(token: Live, now: int) -> Live:
    """A token bound to a key, with a DPoP proof of it (RFC 9449 §7.1)."""
    try:
        thumbprint = dpop.proven(now, token.text)
    except (dpop.BadProof, dpop.NonceAsked) as fault:
        raise _Challenge(fault.error, fault.description) from fault
    if thumbprint is None or thumbprint != token.dpop_jkt:
        raise _Challenge("invalid_token", "The token is bound to another key.")
    try:
        with transaction(durable=False) as tx:
            dpop.use_in(tx, now)
    except dpop.BadProof as fault:
        raise _Challenge(fault.error, fault.description) from fault
    return token


class _Challenge(InvalidTokenError):  # type: ignore[misc]
    """The challenge of RFC 9449 §7.1: the error, and the algorithms of proofs."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error

    def get_headers(self) -> list[tuple[str, str]]:
        value = f'DPoP error="{self.error}", error_description="{self.description}", algs="{" ".join(ALGS)}"'
        return [("WWW-Authenticate", value)]


def _is_for_us(audience: str | None) -> bool:
    """Whether this provider is among the token's resources (RFC 8707 §3)."""
    return audience is None or settings().server.issuer in audience.split()


def without_credentials() -> tuple[int, dict[str, str], list[tuple[str, str]]]:
    """RFC 6750 §3.1: a request with no token at all gets a challenge without an error code."""
    realm = settings().server.issuer
    challenge = f'Bearer realm="{realm}", DPoP realm="{realm}", algs="{" ".join(ALGS)}"'
    return 401, {}, [("WWW-Authenticate", challenge)]
