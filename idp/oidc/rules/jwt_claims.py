"""Times and audiences of JWTs that others have made, one rule for all of them. Clocks may differ by `SKEW` seconds."""

from collections.abc import Mapping
from typing import Any

SKEW = 10
"""FAPI 2.0 §5.3.2.1: up to 10 s in the future is taken, more than 60 s is refused."""


def is_number(value: object) -> bool:
    """A NumericDate (RFC 7519 §2); JSON's true is not one. NaN and Infinity are not numbers of JSON."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and value == value
        and abs(value) < 1e15
    )


def times_fault(claims: Mapping[str, Any], now: int, longest: int) -> str | None:
    """The name of the first of exp, nbf and iat that is wrong. `longest`: seconds that `exp` may lie ahead."""
    for name in ("exp", "nbf", "iat"):
        if name in claims and not is_number(claims[name]):
            return name
    if "exp" not in claims or not now - SKEW < claims["exp"] <= now + longest + SKEW:
        return "exp"
    for name in ("nbf", "iat"):
        if claims.get(name, now) > now + SKEW:
            return name
    return None


def names_audience(value: object, accepted: tuple[str, ...], one_string: bool) -> bool:
    """Whether `aud` names us and nobody else. `one_string`: a list is refused (FAPI 2.0 §5.3.2.1)."""
    named = value if isinstance(value, list) and not one_string else [value]
    return bool(named) and all(isinstance(one, str) and one in accepted for one in named)
