"""The reason that an act on an account asks for; it stays in the audit trail."""

from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE

SHORTEST, LONGEST = 5, 500
"""Characters."""


def check_reason(reason: str) -> None:
    """Raises Refusal K08 for a reason shorter than SHORTEST (without spaces around it) or longer than LONGEST."""
    if len(reason.strip()) < SHORTEST or len(reason) > LONGEST:
        raise Refusal(FIELD_UNUSABLE, "a reason is asked for", field=N_("motif"), at=("reason",))
