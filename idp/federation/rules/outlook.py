"""What a first login through an upstream will say of an account: foreseen from what the school's base has, by the rules of the login itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.federation.rules.matching import Candidate, Matcher, Why, decide, value_of
from idp.federation.rules.upstream_rules import Allowed


class Way(StrEnum):
    """How an account is recognised. LINKED: the person has come before, or the identity was stored. PROOF: the guardian proves it."""

    LINKED = "linked"
    VALUE = "value"
    PROOF = "proof"


@dataclass(frozen=True)
class Base:
    """An account as the school's base has it. `mails`: of the base, and the confirmed one. `linked`: it has an identity of the upstream."""

    account: Candidate
    username: str
    ine: str | None
    mails: tuple[str, ...]
    linked: bool


@dataclass(frozen=True)
class Outlook:
    """`way`: how the account is recognised; None: `why` not."""

    way: Way | None = None
    why: Why | None = None


def values_of(matcher: Matcher, base: Base) -> tuple[str, ...]:
    """The values by which an upstream can name this account, as `value_of` compares them."""
    written = {
        "ine": (base.ine or "",),
        "mail": base.mails,
        "username": (base.username + matcher.suffix,),
    }.get(matcher.by, ())
    values = (value_of(matcher, {matcher.attribute: (value,)}) for value in written)
    return tuple(dict.fromkeys(value for value in values if value))


def foresee(
    matcher: Matcher, profiles: Sequence[str], base: Base, holders: Mapping[str, Sequence[Candidate]]
) -> Outlook:
    """`profiles`: of the upstream. `holders`: value → all accounts that have it.

    The upstream's rules are left out: they judge attributes that only a login brings.
    """
    allowed = Allowed(dict.fromkeys(profiles))
    own = decide(allowed, (base.account,), is_linked=True)
    if own.account is None:
        return Outlook(why=own.why)
    if base.linked:
        return Outlook(Way.LINKED)
    if matcher.by == "proof":
        return Outlook(Way.PROOF)
    if matcher.by == "stored":
        return Outlook(why=Why.UNKNOWN)
    why = Why.NO_VALUE
    for value in values_of(matcher, base):
        decision = decide(allowed, holders.get(value, ()), is_linked=False)
        if decision.account == base.account.account:
            return Outlook(Way.VALUE)
        why = decision.why or Why.AMBIGUOUS
    return Outlook(why=why)
