"""Who must agree before a service receives anything, and to what.

The school's own services are agreed to with the school. For any other the person is asked once for what it asks; below
the age of digital consent (15 in France, article 45 of the law Informatique et Libertés) a guardian is.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime

from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.claims import SCOPE_CLAIMS, age, released
from idp.oidc.rules.client_metadata import ClientMetadata

AGE_OF_CONSENT = 15


def words(request: AuthorizationRequest, registration: ClientMetadata) -> tuple[str, ...]:
    """What the person agrees to: the scopes that the request needs, and every kind of information that comes with them.

    Kinds, not names of scopes, are remembered: a service that adds a claim to its own scope, or asks for a single one,
    asks again unless people have agreed to that kind.
    """
    return kinds(request.scope, request.claims.names, registration)


def kinds(scope: Sequence[str], asked: Sequence[str], registration: ClientMetadata) -> tuple[str, ...]:
    """`scope`, and for each claim that it releases (with the single claims `asked`) the scope whose kind it is."""
    names = released(tuple(scope), tuple(asked), registration.scope, registration.service_claims)
    behind = (word for word, claims in SCOPE_CLAIMS.items() if names.intersection(claims))
    return tuple(dict.fromkeys((*scope, *behind)))


def is_given(registration: ClientMetadata, needed: Collection[str], given: Collection[str]) -> bool:
    """Whether nobody has to agree to anything (any more)."""
    return registration.first_party or set(needed) <= set(given)


def outgrown(before: ClientMetadata, after: ClientMetadata) -> bool:
    """Whether people have to be asked again before a service receives anything under its changed registration."""
    if after.first_party:
        return False
    return before.first_party or not set(after.service_claims) <= set(before.service_claims)


def must_be_shown(request: AuthorizationRequest, registration: ClientMetadata) -> bool:
    """prompt=consent asks for the page again (OIDC Core §3.1.2.1); a device's person compares its code (RFC 8628 §5.4).

    The school's own services never ask: client libraries add prompt=consent to offline_access by themselves (Core §11),
    and a family would agree at each login to what is not theirs to refuse.
    """
    return request.device is not None or ("consent" in request.prompt and not registration.first_party)


def born_last_of_age(now: int) -> date:
    """The birth date of the youngest who agree for themselves today. On a leap day it is the day before."""
    today = datetime.fromtimestamp(now, UTC).date()
    year = today.year - AGE_OF_CONSENT
    try:
        return today.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def needs_guardian(kind: str, birth_date: str | None, now: int) -> bool:
    """Whether this person's guardians agree in their place. A pupil without a birth date is a child."""
    return kind == "pupil" and (birth_date is None or age(birth_date, now) < AGE_OF_CONSENT)
