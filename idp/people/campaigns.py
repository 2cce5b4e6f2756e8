"""A renewal campaign: a school's accounts are asked for a new password at their next login."""

from collections.abc import Sequence

from idp import audit
from idp.database import transaction
from idp.people.storage import lifecycle

KINDS = ("guardian", "pupil", "staff")


def ask_renewal(
    uai: str, kinds: Sequence[str], changed_before: int, actor: str, now: int, reason: str = ""
) -> int:
    """Ask the active accounts of a school; how many were asked.

    Left out are those never activated, and those whose password changed at or after `changed_before` (epoch seconds).
    """
    with transaction() as tx:
        asked = lifecycle.ask_renewal(tx, uai, kinds, changed_before, now)
        audit.record(
            tx, now, "renewal.asked", actor, f"school:{uai}", kinds=list(kinds), accounts=asked, reason=reason
        )
    return asked
