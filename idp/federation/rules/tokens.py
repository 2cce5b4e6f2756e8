"""Validation of another provider's ID token (OIDC Core §3.1.3.7) and userinfo (§5.3.4), after their signature."""

from collections.abc import Mapping
from typing import Any

from idp.federation.rules.assurance import Login
from keys.jwt_times import is_number, times_fault

OLDEST = 3600
"""Seconds since `iat` after which an ID token is refused."""


class Unacceptable(Exception):
    """The message names the invalid claim, for the log."""


LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def judge_id_token(
    claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: int, skew: int
) -> str:
    """Check issuer, audience, nonce and times of an ID token, and return its subject. Raises Unacceptable.

    `skew`: seconds by which the two providers' clocks may differ.
    """
    _judge_audience(claims, issuer, client_id)
    if fault := times_fault(claims, now, skew, oldest=OLDEST, required=("exp", "iat")):
        raise Unacceptable(fault)
    if claims.get("nonce") != nonce:
        raise Unacceptable("nonce")
    return _subject(claims)


def login_of(claims: Mapping[str, Any]) -> Login:
    """How the person was authenticated, as an ID token says. Raises Unacceptable."""
    level, methods, moment = claims.get("acr"), claims.get("amr"), claims.get("auth_time")
    if moment is not None and not is_number(moment):
        raise Unacceptable("auth_time")
    names = methods if isinstance(methods, list) else []
    return Login(
        level if isinstance(level, str) else None,
        tuple(name for name in names if isinstance(name, str)),
        None if moment is None else int(moment),
    )


def judge_logout_token(
    claims: Mapping[str, Any], issuer: str, client_id: str, now: int, skew: int
) -> tuple[str | None, str | None, str]:
    """(subject, sid, jti) of a logout token: one of the first two is there (Back-Channel Logout 1.0 §2.4, §2.6). Raises Unacceptable."""
    _judge_audience(claims, issuer, client_id)
    if fault := times_fault(claims, now, skew, oldest=OLDEST, required=("exp", "iat")):
        raise Unacceptable(fault)
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise Unacceptable("events")
    if "nonce" in claims:
        raise Unacceptable("nonce")
    subject, sid, jti = (claims.get(name) for name in ("sub", "sid", "jti"))
    if not isinstance(jti, str) or not 0 < len(jti) <= 255:
        raise Unacceptable("jti")
    for name, value in (("sub", subject), ("sid", sid)):
        if value is not None and (not isinstance(value, str) or not 0 < len(value) <= 255):
            raise Unacceptable(name)
    if subject is None and sid is None:
        raise Unacceptable("sub")
    return subject, sid, jti


def _judge_audience(claims: Mapping[str, Any], issuer: str, client_id: str) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        raise Unacceptable("iss")
    if not isinstance(audiences, list) or client_id not in audiences:
        raise Unacceptable("aud")
    # Several audiences require azp; azp, if present, must be our client_id.
    if (len(audiences) > 1 and "azp" not in claims) or claims.get("azp", client_id) != client_id:
        raise Unacceptable("azp")


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
