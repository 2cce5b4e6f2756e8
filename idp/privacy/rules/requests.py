"""A request for erasure, as its person and as the console reads it."""

from dataclasses import dataclass

from idp.durations import DAY

ANSWERED_WITHIN = 30 * DAY
"""Seconds that a controller has to answer: a month (GDPR article 12.3)."""


@dataclass(frozen=True)
class StoredRequest:
    """A request of an account. `school`: the name of the school that answers; None: the academy. Moments are epoch seconds."""

    id: int
    school: str | None
    wish: str
    asked_at: int
    passed_on_at: int | None
    answered_at: int | None
    answer: str | None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


@dataclass(frozen=True)
class WaitingRequest:
    """An open request as the console lists it. Moments are epoch seconds."""

    id: int
    account: int
    person: int
    kind: str
    name: str
    username: str
    wish: str
    asked_at: int
    passed_on_at: int | None

    @property
    def answer_until(self) -> int:
        """By when the person has a right to an answer."""
        return self.asked_at + ANSWERED_WITHIN
