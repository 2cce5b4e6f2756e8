"""How strongly and how recently an upstream has authenticated a person."""

from collections.abc import Sequence
from dataclasses import dataclass

FEDERATED = "fed"
"""RFC 8176 has no value for a federated login; it allows others that the parties agree on."""


@dataclass(frozen=True)
class Demand:
    """What our own request asks of the upstream. `fresh`: the person is to be authenticated anew (prompt=login, ForceAuthn).

    `max_age`: seconds since the authentication, or None. `two_factors`: the service asks for eidas2.
    """

    fresh: bool = False
    max_age: int | None = None
    two_factors: bool = False

    def to_text(self) -> str:
        """For the `state`, which has no other use of a dot."""
        return f"{'f' if self.fresh else ''}{'' if self.max_age is None else self.max_age}"

    @staticmethod
    def from_text(text: str) -> "Demand":
        """Raises ValueError."""
        digits = text.removeprefix("f")
        if digits and not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise ValueError("no demand")
        return Demand(text.startswith("f"), int(digits) if digits else None)


@dataclass(frozen=True)
class Login:
    """A login at the upstream. `level`: acr, or the AuthnContext's class. `methods`: amr. `authenticated_at`: epoch seconds, or None."""

    level: str | None
    methods: tuple[str, ...]
    authenticated_at: int | None


def methods(login: Login, accepted: Sequence[str], two_factors: Sequence[str]) -> tuple[str, ...]:
    """The authentication methods of our session (RFC 8176). None at all: the level is too low, and a second step is owed here."""
    if set(two_factors) & {login.level, *login.methods}:
        return (FEDERATED, "mfa")
    if accepted and login.level not in accepted:
        return ()
    return (FEDERATED,)


def is_stale(login: Login, demand: Demand, began: int, now: int, skew: int, says_time: bool) -> bool:
    """Whether the login is older than our request allows (OIDC Core §3.1.2.1, saml-core §3.4.1). `began`: when we asked.

    `says_time` False: the upstream never says the time. Then its answer to a demand of a fresh login is believed, and max_age cannot be met.
    """
    moment = login.authenticated_at
    if moment is None:
        return demand.max_age is not None or (demand.fresh and says_time)
    if moment > now + skew:
        return True
    if demand.fresh and moment < began - skew:
        return True
    return demand.max_age is not None and now - moment > demand.max_age + skew


def auth_time(login: Login, demand: Demand, began: int, now: int) -> int:
    """When our session's person was authenticated, in epoch seconds: never later than now, and not before a fresh login was asked for."""
    moment = now if login.authenticated_at is None else min(now, login.authenticated_at)
    return max(moment, began) if demand.fresh else moment
