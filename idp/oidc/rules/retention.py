"""How long grants and refresh families are kept. Times are epoch seconds, lengths are seconds."""

from dataclasses import dataclass

from idp.due_times import APART
from idp.durations import DAY, HOUR

LATE_NOTICES = HOUR
"""After its session's end a grant is kept for the logout notices, which the worker writes a little later."""


@dataclass(frozen=True, slots=True)
class GrantAge:
    """`family_ends`: expiry of its refresh family; `tokens_end`: of its last access token; None if it has none."""

    issued_at: int
    is_revoked: bool
    family_ends: int | None
    tokens_end: int | None


def first_review(issued_at: int, longest_session: int) -> int:
    """When a grant is reviewed first: until then a logout notifies its client, and a code used twice is recognised."""
    return issued_at + longest_session + LATE_NOTICES


def review_of_grant(grant: GrantAge, now: int, longest_session: int) -> int | None:
    """When a grant has to be reviewed again; None if it can be deleted.

    A code used twice ends the tokens of its first use (RFC 6749 §4.1.2): without a token there is nothing to end.
    """
    needed = [first_review(grant.issued_at, longest_session)]
    if not grant.is_revoked:
        if grant.family_ends is not None:
            needed.append(kept_family(grant.family_ends))
        if grant.tokens_end is not None:
            needed.append(kept_access_token(grant.tokens_end))
    latest = max(needed)
    return latest if latest > now else None


def review_of_family(rotated_at: int, expires_at: int, now: int, idle: int) -> int | None:
    """When a refresh family has to be reviewed again; None if it can be deleted.

    An older token revokes its family (RFC 9700 §4.14.2): a family that has expired or was unused for `idle` has nothing to revoke.
    """
    latest = kept_family(min(expires_at, rotated_at + idle))
    return latest if latest > now else None


def kept_family(ends: int) -> int:
    """A clock that runs ahead for a while must not end offline access."""
    return ends + DAY


def kept_access_token(expires_at: int) -> int:
    """End of retention (epoch seconds): nothing reads an expired access token, so the difference between two clocks is enough."""
    return expires_at + APART
