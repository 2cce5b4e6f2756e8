"""UserInfo (OIDC Core §5.3): token in the header or, for a POST, in the body (RFC 6750 §2.1, §2.2; RFC 9449 §7.1)."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
from authlib.oidc.core import UserInfoEndpoint

from idp.database.engine import transaction
from idp.observability.requests import note_client
from idp.oidc.clients.registry import Client
from idp.oidc.tokens import claims as tokens
from idp.oidc.tokens import dpop
from idp.oidc.tokens.grants import GrantFacts, find_access_token
from idp.oidc.tokens.rules.dpop import ALGS
from idp.runtime.context import now, settings


@dataclass(frozen=True)
class Live:
    """A live access token, with the interface that Authlib expects."""

    text: str
    grant: GrantFacts
    client: Client
    scope: str
    dpop_jkt: str | None

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False

    def get_scope(self) -> str:
        return self.scope

    def get_client(self) -> Client:
        return self.client

    def get_user(self) -> GrantFacts:
        return self.grant


class Validator(BearerTokenValidator):  # type: ignore[misc]
    """Bearer tokens; a token bound to a key is refused (RFC 9449 §7.2)."""

    def authenticate_token(self, token_string: str) -> Live | None:
        access_token = find_access_token(token_string, now())
        if access_token is None:
            return None
        grant, client, row = access_token
        if not _is_for_us(row.token_audience):
            return None
        return Live(token_string, grant, client, row.token_scope, row.token_jkt)

    def validate_token(self, token: Live | None, scopes: list[str], request: Any) -> None:
        super().validate_token(token, scopes, request)
        if token is not None and token.dpop_jkt is not None:
            raise InvalidTokenError("The token is bound to a key.")


class DPoPValidator(Validator):
    """Tokens bound to a key, with a DPoP proof of it (RFC 9449 §7.1)."""

    TOKEN_TYPE = "dpop"

    def validate_token(self, token: Live | None, scopes: list[str], request: Any) -> None:
        BearerTokenValidator.validate_token(self, token, scopes, request)
        assert token is not None
        try:
            thumbprint = dpop.proven(request.now, token.text)
        except (dpop.BadProof, dpop.NonceAsked) as fault:
            raise _Challenge(fault.error, fault.description) from fault
        if thumbprint is None or thumbprint != token.dpop_jkt:
            raise _Challenge("invalid_token", "The token is bound to another key.")
        try:
            with transaction(durable=False) as tx:
                dpop.use_in(tx, request.now)
        except dpop.BadProof as fault:
            raise _Challenge(fault.error, fault.description) from fault


class _Challenge(InvalidTokenError):  # type: ignore[misc]
    """The challenge of RFC 9449 §7.1: the error, and the algorithms of proofs."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error

    def get_headers(self) -> list[tuple[str, str]]:
        value = f'DPoP error="{self.error}", error_description="{self.description}", algs="{" ".join(ALGS)}"'
        return [("WWW-Authenticate", value)]


class UserInfo(UserInfoEndpoint):  # type: ignore[misc]
    def __init__(self) -> None:
        self.validator = Validator()
        protector = ResourceProtector()
        protector.register_token_validator(self.validator)
        protector.register_token_validator(DPoPValidator())
        super().__init__(resource_protector=protector)

    def __call__(self, request: Any) -> tuple[int, Any, list[tuple[str, str]]]:
        token = self._acquire(request)
        note_client(token.client.client_id)
        claims = tokens.userinfo(token.grant, tuple(token.scope.split()), token.client, request.now)
        alg = token.client.registration.userinfo_signed_response_alg
        if alg is None:
            return 200, claims, []
        return (
            200,
            tokens.signed_userinfo(claims, token.client, alg, request.now),
            [("Content-Type", "application/jwt")],
        )

    def _acquire(self, request: Any) -> Live:
        in_body = request.form.get("access_token")
        if in_body is not None and request.headers.get("Authorization"):
            raise InvalidRequestError("The token was sent in two places.")
        if in_body is None:
            return self.resource_protector.validate_request(["openid"], request)  # type: ignore[no-any-return]
        token = self.validator.authenticate_token(in_body)
        self.validator.validate_token(token, ["openid"], request)
        assert token is not None
        return token


def _is_for_us(audience: str | None) -> bool:
    """Whether this provider is among the token's resources (RFC 8707 §3)."""
    return audience is None or settings().server.issuer in audience.split()


def without_credentials() -> tuple[int, dict[str, str], list[tuple[str, str]]]:
    """RFC 6750 §3.1: a request with no token at all gets a challenge without an error code."""
    realm = settings().server.issuer
    challenge = f'Bearer realm="{realm}", DPoP realm="{realm}", algs="{" ".join(ALGS)}"'
    return 401, {}, [("WWW-Authenticate", challenge)]
