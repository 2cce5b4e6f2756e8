"""Renewal campaigns: accounts of a school have to choose a new password at their next login."""

from collections.abc import Sequence

from idp.audit import trail
from idp.database.engine import transaction
from idp.people.storage import lifecycle

KINDS = ("guardian", "pupil", "staff")


def ask_renewal(
    uai: str, kinds: Sequence[str], changed_before: int, actor: str, now: int, reason: str = ""
) -> int:
    """Request a new password of the active accounts of a school; the number of accounts.

    Accounts that were never activated, or whose password changed at or after `changed_before` (epoch seconds), are skipped.
    """
    with transaction() as tx:
        accounts = lifecycle.ask_renewal(tx, uai, kinds, changed_before, now)
        trail.record(
            tx,
            now,
            "renewal.asked",
            actor,
            f"school:{uai}",
            kinds=list(kinds),
            accounts=accounts,
            reason=reason,
        )
    return accounts
