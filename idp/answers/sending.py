"""A form acts once: each has a one-time key, and a repeated submission shows the response of the first.

The key is claimed before the form is processed. A refusal releases it, so that a corrected form can be sent. Of two
concurrent submissions, one acts and the other waits on a page of its own. If the first was cut off, its outcome is
unknown; the page reports this, and nothing is repeated automatically.
"""

from dataclasses import dataclass
from enum import Enum

from idp.answers.storage import sent_forms as storage
from idp.crypto.opaque_tokens import TokenDigest, digest
from idp.crypto.sealing import seal, unseal
from idp.database.engine import reading, transaction
from idp.due_times import is_within
from idp.durations import DAY
from idp.limits.storage import rate_limits
from keys.sealing import CannotUnseal

REMEMBERED = DAY
"""Seconds for which a key is stored: a form open in a browser must be sent within them."""

REMEMBERED_FOR_STRANGERS = 3600
"""The same for anonymous visitors."""

PATIENCE = 30
"""Seconds after which an unfinished act counts as cut off: no request takes as long."""


class State(Enum):
    UNKNOWN = "unknown"
    """Never claimed, or released without a response."""

    UNDER_WAY = "under way"
    CUT_OFF = "cut off"
    SETTLED = "settled"


@dataclass(frozen=True)
class Sending:
    state: State
    location: str = ""


def name_of(key: str, sender: str, path: str) -> TokenDigest:
    """A key is valid for one sender (an account, or a browser) and one URL."""
    return digest(f"form\0{key}\0{sender}\0{path}")


def claim(name: TokenDigest, now: int) -> bool:
    """Claim a key. Returns whether this submission may act."""
    with transaction(durable=False) as tx:
        return storage.claim(tx, name, now, now + REMEMBERED)


def claim_for_stranger(name: TokenDigest, address: str, now: int) -> bool | None:
    """The same for an anonymous visitor. None if the budget of their network address is used up."""
    with transaction(durable=False) as tx:
        if not rate_limits.take(tx, "sent form", address, now):
            return None
        return storage.claim(tx, name, now, now + REMEMBERED_FOR_STRANGERS)


def settle(name: TokenDigest, location: str, refused: bool) -> None:
    """Store the URL of the response."""
    sealed = seal(location.encode(), f"sent form {name}")
    with transaction(durable=False) as tx:
        storage.settle(tx, name, sealed, refused)


def release(name: TokenDigest) -> None:
    """Release a key: the form was not processed, or its response is not stored."""
    with transaction(durable=False) as tx:
        storage.release(tx, name)


def look(name: TokenDigest, now: int) -> Sending:
    """The state of the first submission."""
    row = storage.find(reading(), name)
    if row is None:
        return Sending(State.UNKNOWN)
    if row.outcome is None:
        return Sending(State.UNDER_WAY if is_within(now, row.claimed_at, PATIENCE + 1) else State.CUT_OFF)
    try:
        return Sending(State.SETTLED, unseal(row.outcome, f"sent form {name}").decode())
    except CannotUnseal:
        return Sending(State.CUT_OFF)
