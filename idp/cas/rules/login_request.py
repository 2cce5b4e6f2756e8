"""Parameters of /cas/login (CAS Protocol 3.0.3 §2.1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.services.rules import hints

LONGEST = 2000
"""Characters of one parameter."""


class Malformed(Exception):
    """The parameters cannot be read; the message is for the log."""


@dataclass(frozen=True)
class LoginRequest:
    """`service`: as it was sent, and after its check without a servlet's session. `renew`: credentials are asked for; `gateway`: no page may be shown; `warn`: nothing without a question. `hint`: an upstream to lead straight on to, or None."""

    service: str
    renew: bool = False
    gateway: bool = False
    warn: bool = False
    by_post: bool = False
    hint: str | None = None


def single(parameters: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters by name. Raises Malformed if one is repeated or too long: two readers could take two values."""
    values: dict[str, str] = {}
    for name, value in parameters:
        if name in values:
            raise Malformed("a parameter is repeated")
        if len(value) > LONGEST:
            raise Malformed("a parameter is too long")
        values[name] = value
    return values


def is_set(parameters: dict[str, str], name: str) -> bool:
    """§2.1.1: a flag is set by its presence; clients also send `false`."""
    return parameters.get(name, "false").lower() not in ("false", "0", "no")


def read(parameters: Sequence[tuple[str, str]]) -> LoginRequest | None:
    """The request; None without a service. With renew and gateway, renew counts (§2.1.1). Raises Malformed."""
    values = single(parameters)
    if not values.get("service"):
        return None
    renew = is_set(values, "renew")
    return LoginRequest(
        service=values["service"],
        renew=renew,
        gateway=is_set(values, "gateway") and not renew,
        warn=is_set(values, "warn"),
        by_post=values.get("method", "").upper() == "POST",
        hint=hints.of_parameters(values),
    )
