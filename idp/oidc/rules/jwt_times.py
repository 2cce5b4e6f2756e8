"""Times and audiences of JWTs that relying parties sign. Clocks may differ by `SKEW` seconds."""

from collections.abc import Mapping
from typing import Any

from keys import jwt_times

SKEW = 10
"""FAPI 2.0 §5.3.2.1: up to 10 s in the future must be accepted, more than 60 s refused."""


def times_fault(claims: Mapping[str, Any], now: int, longest: int) -> str | None:
    """The name of the first of exp, nbf and iat that is wrong. `longest`: seconds that `exp` may lie ahead."""
    return jwt_times.times_fault(claims, now, SKEW, longest=longest, required=("exp",))


def names_audience(value: object, accepted: tuple[str, ...], one_string: bool) -> bool:
    """Whether `aud` names us alone. `one_string`: a list is refused (FAPI 2.0 §5.3.2.1)."""
    named = value if isinstance(value, list) and not one_string else [value]
    return bool(named) and all(isinstance(audience, str) and audience in accepted for audience in named)
