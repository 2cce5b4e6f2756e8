"""Receiving a back-channel logout notice (OIDC Back-Channel Logout 1.0 §2.6)."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from clients.provider import Provider
from keys.jwt_times import times_fault

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY = 60
"""Seconds that the clocks of provider and relying party may differ."""
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


def read_notice(provider: Provider, token: str, now: int) -> Notice:
    """The checked notice. Raises BadNotice, or what Authlib and requests raise when the provider cannot be asked."""
    if len(token) > LONGEST:
        raise BadNotice("too long")
    claims = _verified(provider, token)
    audience = claims.get("aud")
    events = claims.get("events")
    if claims.get("iss") != provider.issuer:
        raise BadNotice("iss")
    if provider.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise BadNotice("aud")
    if fault := times_fault(claims, now, LEEWAY, required=("exp", "iat")):
        raise BadNotice(fault)
    if not isinstance(claims.get("jti"), str):
        raise BadNotice("jti")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise BadNotice("events")
    if "nonce" in claims:
        raise BadNotice("nonce")
    sid, sub = claims.get("sid"), claims.get("sub")
    if not isinstance(sid, str | None) or not isinstance(sub, str | None) or (sid is None and sub is None):
        raise BadNotice("sid and sub")
    return Notice(claims["jti"], int(claims["exp"]) + LEEWAY, sid, sub)


def _verified(provider: Provider, token: str) -> dict[str, Any]:
    algorithms = [provider.signature_algorithm]
    try:
        try:
            return dict(jwt.decode(token, provider.keys(), algorithms=algorithms).claims)
        except InvalidKeyIdError:
            # The provider may have rotated its keys since they were last read.
            return dict(jwt.decode(token, provider.keys(refresh=True), algorithms=algorithms).claims)
    except (JoseError, ValueError, TypeError) as fault:
        raise BadNotice(f"not signed by the provider: {type(fault).__name__}") from fault
