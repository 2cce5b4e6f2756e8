"""Logout tokens of OpenID providers (Back-Channel Logout 1.0 §2.4 to §2.6)."""

from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading, transaction
from idp.durations import HOUR
from idp.federation import authentication, logout, providers, upstreams
from idp.federation.rules.tokens import Unacceptable, judge_logout_token
from idp.limits.storage import used_once
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED, UNKNOWN_PROVIDER

LONGEST = 16_000
"""Characters of a logout token."""


def accept(name: str, token: str, now: int) -> int:
    """End the sessions that a logout token names. Returns how many ended. Raises Refusal F01, F02, F04 (refused, or used before)."""
    upstream = upstreams.named(name)
    if upstream.protocol != "oidc":
        raise Refusal(UNKNOWN_PROVIDER, "no OpenID provider has this name")
    claims = authentication.verified(providers.find(name, now), token, now)
    try:
        subject, sid, jti = judge_logout_token(
            claims, upstream.issuer, upstream.client_id, now, upstream.clock_skew
        )
    except Unacceptable as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, f"a logout token: {fault}") from None
    used = digest(f"upstream logout\0{upstream.issuer}\0{jti}")
    if used_once.is_used(reading(), used):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the logout token was used before")
    # First: to end a session twice does no harm, and a token that is sent again after a fault has to end the rest.
    ended = logout.end_sessions(upstream, subject, sid, now)
    with transaction() as tx:
        used_once.use(tx, used, now + 2 * HOUR)
    return ended
