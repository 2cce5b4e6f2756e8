"""A request for erasure, as its person and as the console reads it."""

from dataclasses import dataclass


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
    """An open request as the console lists it."""

    id: int
    account: int
    person: int
    kind: str
    name: str
    username: str
    wish: str
    asked_at: int
    passed_on_at: int | None
