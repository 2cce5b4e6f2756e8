"""The kinds of information that a registration releases, and whether a change of it needs consent anew."""

from collections.abc import Sequence

from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.rules.claims import SCOPE_CLAIMS, released


def kinds(scope: Sequence[str], asked: Sequence[str], registration: ClientMetadata) -> tuple[str, ...]:
    """`scope`, and the standard scope of each claim that it and the individual claims `asked` release."""
    names = released(tuple(scope), tuple(asked), registration.scope, registration.service_claims)
    behind = (word for word, claims in SCOPE_CLAIMS.items() if names.intersection(claims))
    return tuple(dict.fromkeys((*scope, *behind)))


_HOLDERS = {
    "ect.scope.children": "guardian",
    "ect.scope.schooling": "pupil",
    "ect.scope.ine": "pupil",
    "ect.scope.ine_hash": "pupil",
    "ect.scope.staff": "staff",
}
"""Kinds that only one kind of person has (`idp.oidc.rules.claims`)."""


def held_by(person_kind: str, kinds: Sequence[str]) -> tuple[str, ...]:
    """Those of `kinds` that a kind of person can have."""
    return tuple(kind for kind in kinds if _HOLDERS.get(kind, person_kind) == person_kind)


def outgrown(before: ClientMetadata, after: ClientMetadata) -> bool:
    """Whether the changed registration needs new consent."""
    if after.first_party:
        return False
    return before.first_party or not set(after.service_claims) <= set(before.service_claims)
