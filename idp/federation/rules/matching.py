"""Which account is that of a person who comes from an upstream: by one configured value, never by a name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.federation.rules.attributes import Attributes
from idp.federation.rules.upstream_rules import Allowed
from idp.people.rules.mail_addresses import clean_address
from idp.people.rules.usernames import normalise_username

_INE = re.compile(r"[0-9A-Z]{11}")


class Why(StrEnum):
    """Why a person is not signed in."""

    NO_RULE = "no_rule"
    NO_VALUE = "no_value"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    OTHER_PROFILE = "other_profile"
    OUTSIDE_SCHOOLS = "outside_schools"
    CLOSED = "closed"
    LOCKED = "locked"
    LINKED_ELSEWHERE = "linked_elsewhere"


@dataclass(frozen=True)
class Matcher:
    """`by`: ine, mail, username, stored (only identities that were stored) or proof (guardians prove it themselves).

    `mail_domains`: domains whose addresses count. `suffix`: an ending that a username must have, and that is left out.
    """

    by: str
    attribute: str = ""
    mail_domains: tuple[str, ...] = ()
    suffix: str = ""


@dataclass(frozen=True)
class Candidate:
    """An account that may be the person's. `uais`: present schools. `linked_elsewhere`: it has another identity of this upstream."""

    account: int
    profile: str
    state: str
    present: bool
    uais: frozenset[str] = frozenset()
    linked_elsewhere: bool = False


@dataclass(frozen=True)
class Decision:
    """`account`: the account to sign in to; None: `why` not."""

    account: int | None = None
    why: Why | None = None


def value_of(matcher: Matcher, attributes: Attributes) -> str | None:
    """The value to compare, in the form that accounts have; None if it is absent, repeated or unusable."""
    values = set(attributes.get(matcher.attribute, ()))
    if len(values) != 1:
        return None
    (value,) = values
    match matcher.by:
        case "ine":
            ine = value.strip().upper()
            return ine if _INE.fullmatch(ine) else None
        case "mail":
            # An address that the upstream itself calls unconfirmed is a claim of its person.
            if attributes.get("email_verified", ("true",)) != ("true",):
                return None
            address = clean_address(value)
            domains = {domain.lower() for domain in matcher.mail_domains}
            return address if address and address.rpartition("@")[2] in domains else None
        case "username":
            if not value.endswith(matcher.suffix):
                return None
            typed = value.removesuffix(matcher.suffix).lower()
            # A person may type a username with accents or blanks; a program that sends such a name means another one.
            return typed if typed and normalise_username(typed) == typed else None
    return None


def decide(allowed: Allowed, candidates: Sequence[Candidate], is_linked: bool) -> Decision:
    """Choose among the accounts that have the compared value. `is_linked`: the only candidate was linked to this identity before."""
    if not allowed.profiles:
        return Decision(why=Why.NO_RULE)
    if not candidates:
        return Decision(why=Why.UNKNOWN)
    of_profile = [candidate for candidate in candidates if candidate.profile in allowed.profiles]
    if not of_profile:
        return Decision(why=Why.OTHER_PROFILE)
    alive = [candidate for candidate in of_profile if candidate.present and candidate.state != "closed"]
    if not alive:
        return Decision(why=Why.CLOSED)
    if len(alive) > 1:
        return Decision(why=Why.AMBIGUOUS)
    (candidate,) = alive
    schools = allowed.profiles[candidate.profile]
    if schools is not None and schools.isdisjoint(candidate.uais):
        return Decision(why=Why.OUTSIDE_SCHOOLS)
    if candidate.state == "locked":
        return Decision(why=Why.LOCKED)
    if candidate.linked_elsewhere and not is_linked:
        return Decision(why=Why.LINKED_ELSEWHERE)
    return Decision(candidate.account)
