"""Receiving a back-channel logout notice (OIDC Back-Channel Logout 1.0 §2.6)."""

from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_client.apps import FlaskOAuth2App
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

EVENT = "http://schemas.openid.net/event/backchannel-logout"
ALGORITHMS = ["ES256", "RS256", "EdDSA"]
LEEWAY = 60
LONGEST = 8192


class BadNotice(Exception):
    """Not a logout token for this relying party."""


@dataclass(frozen=True)
class Notice:
    """Which session (`sid`) or person (`sub`) is logged out. `expires_at` is when `jti` may be forgotten."""

    jti: str
    expires_at: int
    sid: str | None
    sub: str | None


def read_notice(provider: FlaskOAuth2App, token: str, now: int) -> Notice:
    """The checked notice. Raises BadNotice."""
    if len(token) > LONGEST:
        raise BadNotice("too long")
    claims = _verified(provider, token)
    metadata = provider.load_server_metadata()
    wanted = (
        claims.get("iss") == metadata["issuer"]
        and claims.get("aud") == provider.client_id
        and _is_moment(claims.get("iat"))
        and claims["iat"] <= now + LEEWAY
        and _is_moment(claims.get("exp"))
        and claims["exp"] > now - LEEWAY
        and isinstance(claims.get("jti"), str)
        and isinstance(claims.get("events"), dict)
        and isinstance(claims["events"].get(EVENT), dict)
        and "nonce" not in claims
    )
    sid, sub = claims.get("sid"), claims.get("sub")
    named = isinstance(sid, str) or isinstance(sub, str)
    if not wanted or not named:
        raise BadNotice("a claim is missing or wrong")
    return Notice(claims["jti"], claims["exp"] + LEEWAY, sid, sub)


def _verified(provider: FlaskOAuth2App, token: str) -> dict[str, Any]:
    try:
        try:
            return dict(jwt.decode(token, _keys(provider), algorithms=ALGORITHMS).claims)
        except (InvalidKeyIdError, ValueError):
            # The provider may have rotated its keys since we last looked.
            return dict(jwt.decode(token, _keys(provider, force=True), algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError, TypeError) as fault:
        raise BadNotice("the signature is not the provider's") from fault


def _keys(provider: FlaskOAuth2App, force: bool = False) -> KeySet:
    return KeySet.import_key_set(provider.fetch_jwk_set(force=force))


def _is_moment(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
