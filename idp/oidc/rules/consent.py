"""Who must agree before a service receives anything, and to what.

The school's own services are agreed to with the school. For any other the person is asked once for what it asks; below
the age of digital consent (15 in France, article 45 of the law Informatique et Libertés) a guardian is.
"""

from collections.abc import Collection

from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.claims import SCOPE_CLAIMS, age
from idp.oidc.rules.client_metadata import ClientMetadata

AGE_OF_CONSENT = 15


def words(request: AuthorizationRequest, registration: ClientMetadata) -> tuple[str, ...]:
    """The scopes that the request needs; a single claim counts as the scope that it is part of."""
    asked = {*request.claims.id_token, *request.claims.userinfo}
    by_claim = (
        word
        for word in registration.scope
        if asked & {*SCOPE_CLAIMS.get(word, registration.service_claims if _is_own(word) else ())}
    )
    return tuple(dict.fromkeys((*request.scope, *by_claim)))


def is_given(registration: ClientMetadata, needed: Collection[str], given: Collection[str]) -> bool:
    """Whether nobody has to agree to anything (any more)."""
    return registration.first_party or set(needed) <= set(given)


def must_be_shown(request: AuthorizationRequest, registration: ClientMetadata) -> bool:
    """prompt=consent asks for the page again (OIDC Core §3.1.2.1); a device's person compares its code (RFC 8628 §5.4).

    The school's own services never ask: client libraries add prompt=consent to offline_access by themselves (Core §11),
    and a family would agree at each login to what is not theirs to refuse.
    """
    return request.device is not None or ("consent" in request.prompt and not registration.first_party)


def needs_guardian(kind: str, birth_date: str | None, now: int) -> bool:
    """Whether this person's guardians agree in their place. A pupil without a birth date is a child."""
    return kind == "pupil" and (birth_date is None or age(birth_date, now) < AGE_OF_CONSENT)


def _is_own(word: str) -> bool:
    return word.startswith("ect.scope.") and word not in SCOPE_CLAIMS
