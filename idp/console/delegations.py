"""A head lends rights to a colleague: over pupils or guardians, some classes or all, from one day to another."""

import json
from collections.abc import Sequence

from idp.audit import trail
from idp.console.rules.rights import FAMILIES
from idp.console.storage import rights as storage
from idp.console.storage.rights import DelegationRow as DelegationRow
from idp.database.engine import reading, transaction
from idp.durations import DAY
from idp.refusals import Refusal
from idp.refusals.console import DELEGATION_IMPOSSIBLE, STATE_CHANGED

LONGEST = 400 * DAY
"""Seconds: a little more than a school year."""


def of_school(school: int) -> list[DelegationRow]:
    """The delegations of a school, the newest first."""
    return storage.delegations(reading(), school)


def colleagues(school: int) -> list[tuple[int, str]]:
    """(person, name) of the people to whom a delegation can be given."""
    return storage.colleagues(reading(), school)


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
    """The id of the delegation. `lender`: a person's id. Raises Refusal K04."""
    if person == lender:
        raise Refusal(DELEGATION_IMPOSSIBLE, "the lender and the colleague are one person")
    if not kinds or not set(kinds) <= FAMILIES:
        raise Refusal(DELEGATION_IMPOSSIBLE, "no kind of person was chosen")
    if not since < until <= since + LONGEST or until <= now:
        raise Refusal(DELEGATION_IMPOSSIBLE, "the days do not follow one another, or are over")
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
        if person not in {colleague for colleague, _ in storage.colleagues(tx, school)}:
            raise Refusal(DELEGATION_IMPOSSIBLE, "not a colleague of this school")
        classes_of_school = set(storage.classes_of(tx, school))
        if classes is not None and (not classes or not set(classes) <= classes_of_school):
            raise Refusal(DELEGATION_IMPOSSIBLE, "no class, or an unknown one")
        delegation = storage.lend(tx, row)
        trail.record(
            tx, now, "rights.lent", actor, f"person:{person}", school=school, kinds=row["kinds"], until=until
        )
    return delegation


def take_back(school: int, delegation: int, actor: str, now: int) -> None:
    """End a delegation; one that is over stays so. Raises Refusal K03 (a delegation of another school)."""
    with transaction() as tx:
        if not storage.end_delegation(tx, delegation, school, now):
            if storage.is_taken_back(tx, delegation, school):
                return
            raise Refusal(STATE_CHANGED, "the delegation is of another school")
        trail.record(tx, now, "rights.taken_back", actor, f"delegation:{delegation}", school=school)
