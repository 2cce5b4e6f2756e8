"""What another provider says of a person, judged: ID token (OIDC Core §3.1.3.7) and userinfo (§5.3.4), after their signature."""

from collections.abc import Mapping
from typing import Any

SKEW = 60
"""Seconds by which the clocks of two houses may differ."""


class Unacceptable(Exception):
    """The message names the claim that is wrong, for the log."""


def judge_id_token(claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: int) -> str:
    """The subject of an ID token that is for us, of this login, and of now. Raises Unacceptable."""
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        raise Unacceptable("iss")
    if not isinstance(audiences, list) or client_id not in audiences:
        raise Unacceptable("aud")
    # Other audiences must not be there without azp naming us; azp, if there, is us in any case.
    if (len(audiences) > 1 and "azp" not in claims) or claims.get("azp", client_id) != client_id:
        raise Unacceptable("azp")
    if not _is_moment(claims.get("exp")) or claims["exp"] + SKEW <= now:
        raise Unacceptable("exp")
    if not _is_moment(claims.get("iat")) or claims["iat"] - SKEW > now or claims["iat"] < now - 3600:
        raise Unacceptable("iat")
    if claims.get("nonce") != nonce:
        raise Unacceptable("nonce")
    return _subject(claims)


def judge_userinfo(
    claims: Mapping[str, Any], subject: str, signed: bool, issuer: str, client_id: str
) -> None:
    """Userinfo of the same person; where it is signed, by the same issuer for us (§5.3.2). Raises Unacceptable."""
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


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
