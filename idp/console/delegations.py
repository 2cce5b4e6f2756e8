"""A head lends rights to a colleague: over pupils or guardians, some classes or all, from one day to another."""

import json
from collections.abc import Sequence

from idp import audit
from idp.console.rules.rights import FAMILIES
from idp.console.storage import rights as storage
from idp.database import reading, transaction
from idp.refusals import Refusal

LONGEST = 400 * 86400
"""Seconds: a little more than a school year."""


def lend(
    school: int,
    person: int,
    kinds: Sequence[str],
    classes: Sequence[str] | None,
    since: int,
    until: int,
    lender: int,
    actor: str,
    now: int,
) -> int:
    """The id of the delegation; `lender` is the giver's person. Raises Refusal K04 (facts["why"])."""
    if person == lender:
        raise Refusal("K04", "nobody lends rights to themselves")
    if person not in {colleague for colleague, _ in storage.colleagues(reading(), school)}:
        raise Refusal("K04", "not a colleague of this school")
    if not kinds or not set(kinds) <= FAMILIES:
        raise Refusal("K04", "no kind of person was chosen")
    if not since < until <= since + LONGEST or until <= now:
        raise Refusal("K04", "the days do not follow one another, or are over")
    known = set(storage.classes_of(reading(), school))
    if classes is not None and (not classes or not set(classes) <= known):
        raise Refusal("K04", "no class, or an unknown one")
    row = {
        "school_id": school,
        "person_id": person,
        "kinds": " ".join(sorted(set(kinds))),
        "classes": json.dumps(sorted(set(classes)), ensure_ascii=False) if classes is not None else None,
        "since": since,
        "until": until,
        "given_by": actor,
        "given_at": now,
    }
    with transaction() as tx:
        delegation = storage.lend(tx, row)
        audit.record(
            tx, now, "rights.lent", actor, f"person:{person}", school=school, kinds=row["kinds"], until=until
        )
    return delegation


def take_back(school: int, delegation: int, actor: str, now: int) -> None:
    """Raises Refusal K03 (it was taken back already, or is another school's)."""
    with transaction() as tx:
        if not storage.end_delegation(tx, delegation, school, now):
            raise Refusal("K03", "the delegation is over, or of another school")
        audit.record(tx, now, "rights.taken_back", actor, f"delegation:{delegation}", school=school)
