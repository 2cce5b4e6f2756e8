"""UserInfo (OIDC Core §5.3): token in the header or, for a POST, in the body (RFC 6750 §2.1, §2.2)."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
from authlib.oidc.core import UserInfoEndpoint

from idp.context import now, settings
from idp.oidc import tokens
from idp.oidc.clients import Client


@dataclass(frozen=True)
class Bearer:
    """A live access token, with the face that Authlib asks of one."""

    grant: tokens.GrantFacts
    client: Client
    scope: str

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False

    def get_scope(self) -> str:
        return self.scope

    def get_client(self) -> Client:
        return self.client

    def get_user(self) -> tokens.GrantFacts:
        return self.grant


class Validator(BearerTokenValidator):  # type: ignore[misc]
    def authenticate_token(self, token_string: str) -> Bearer | None:
        found = tokens.find_access_token(token_string, now())
        return Bearer(found[0], found[1], found[2].token_scope) if found else None


class UserInfo(UserInfoEndpoint):  # type: ignore[misc]
    def __init__(self) -> None:
        self.validator = Validator()
        protector = ResourceProtector()
        protector.register_token_validator(self.validator)
        super().__init__(resource_protector=protector)

    def __call__(self, request: Any) -> tuple[int, Any, list[tuple[str, str]]]:
        token = self._acquire(request)
        return 200, tokens.userinfo(token.grant, tuple(token.scope.split()), token.client, now()), []

    def _acquire(self, request: Any) -> Bearer:
        in_body = request.form.get("access_token")
        if in_body is not None and request.headers.get("Authorization"):
            raise InvalidTokenError("The token was sent in two places.")
        if in_body is None:
            return self.resource_protector.validate_request(["openid"], request)  # type: ignore[no-any-return]
        token = self.validator.authenticate_token(in_body)
        self.validator.validate_token(token, ["openid"], request)
        assert token is not None
        return token


def without_credentials() -> tuple[int, dict[str, str], list[tuple[str, str]]]:
    """RFC 6750 §3.1: a request with no token at all gets a challenge without an error code."""
    return 401, {}, [("WWW-Authenticate", f'Bearer realm="{settings().server.issuer}"')]
