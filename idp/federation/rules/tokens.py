"""Validation of another provider's ID token (OIDC Core §3.1.3.7) and userinfo (§5.3.4), after their signature."""

from collections.abc import Mapping
from typing import Any

from keys.jwt_times import times_fault

SKEW = 60
"""Seconds by which the two providers' clocks may differ."""

OLDEST = 3600
"""Seconds since `iat` after which an ID token is refused."""


class Unacceptable(Exception):
    """The message names the invalid claim, for the log."""


def judge_id_token(claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: int) -> str:
    """Check issuer, audience, nonce and times of an ID token, and return its subject. Raises Unacceptable."""
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        raise Unacceptable("iss")
    if not isinstance(audiences, list) or client_id not in audiences:
        raise Unacceptable("aud")
    # Several audiences require azp; azp, if present, must be our client_id.
    if (len(audiences) > 1 and "azp" not in claims) or claims.get("azp", client_id) != client_id:
        raise Unacceptable("azp")
    if fault := times_fault(claims, now, SKEW, oldest=OLDEST, required=("exp", "iat")):
        raise Unacceptable(fault)
    if claims.get("nonce") != nonce:
        raise Unacceptable("nonce")
    return _subject(claims)


def judge_userinfo(
    claims: Mapping[str, Any], subject: str, signed: bool, issuer: str, client_id: str
) -> None:
    """Check that userinfo has the same subject and, if signed, issuer and audience (§5.3.2). Raises Unacceptable."""
    if _subject(claims) != subject:
        raise Unacceptable("sub of userinfo")
    if not signed:
        return
    audience = claims.get("aud")
    if claims.get("iss") != issuer:
        raise Unacceptable("iss of userinfo")
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise Unacceptable("aud of userinfo")


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Unacceptable("sub")
    return subject
