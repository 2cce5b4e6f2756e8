"""Validation of exp, nbf and iat in JWTs that others have signed. Pure.

Times are NumericDates (RFC 7519 §2), seconds since the epoch. `skew` is the tolerated clock difference.
"""

from collections.abc import Mapping
from typing import Any

NAMES = ("exp", "nbf", "iat")


def is_number(value: object) -> bool:
    """Whether `value` is a NumericDate. JSON's true is not one; NaN and Infinity are not numbers of JSON."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and value == value
        and abs(value) < 1e15
    )


def times_fault(
    claims: Mapping[str, Any],
    now: int,
    skew: int,
    longest: int | None = None,
    oldest: int | None = None,
    required: tuple[str, ...] = (),
) -> str | None:
    """The name of the first of exp, nbf and iat that is missing, malformed, past or ahead; None if all are right.

    `longest`: seconds that `exp` may lie ahead. `oldest`: seconds that `iat` may lie behind.
    """
    for name in NAMES:
        if (name in required and name not in claims) or (name in claims and not is_number(claims[name])):
            return name
    expiry = claims.get("exp")
    if expiry is not None and (
        expiry <= now - skew or (longest is not None and expiry > now + longest + skew)
    ):
        return "exp"
    for name in ("nbf", "iat"):
        if claims.get(name, now) > now + skew:
            return name
    if oldest is not None and claims.get("iat", now) < now - oldest:
        return "iat"
    return None
