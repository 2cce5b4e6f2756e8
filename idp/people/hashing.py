"""Argon2id in a bounded lane: a flood of logins waits here, and everything else goes on."""

import threading

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from idp.refusals import Refusal
from idp.settings import Hashing


class Lane:
    """At most `settings.at_once` hashes at the same time, and `settings.waiting` that wait for their turn.

    Whoever comes to a full lane, or waits longer than `settings.patience`, is refused (S06): a thread that waits is one
    that cannot serve tokens, so only a few may.
    """

    def __init__(self, settings: Hashing) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.time_cost,
            memory_cost=settings.memory_cost,
            parallelism=settings.parallelism,
            type=Type.ID,
        )
        self._turns = threading.BoundedSemaphore(settings.at_once)
        self._places = threading.BoundedSemaphore(settings.at_once + settings.waiting)
        self._patience = settings.patience
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The encoded Argon2id hash of `password`."""
        with self._turn():
            return self._hasher.hash(password)

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether `password` made `kept`. Without a hash to compare, the same time is spent and the answer is no."""
        with self._turn():
            try:
                return self._hasher.verify(kept or self._nobody, password) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, kept: str) -> bool:
        """Whether `kept` was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _turn(self) -> "_Turn":
        return _Turn(self._places, self._turns, self._patience)


class _Turn:
    def __init__(
        self, places: threading.BoundedSemaphore, turns: threading.BoundedSemaphore, patience: float
    ) -> None:
        self._places, self._turns, self._patience = places, turns, patience

    def __enter__(self) -> None:
        if not self._places.acquire(blocking=False):
            raise Refusal("S06", "the hashing lane is full")
        if not self._turns.acquire(timeout=self._patience):
            self._places.release()
            raise Refusal("S06", "the hashing lane is slow")

    def __exit__(self, *_: object) -> None:
        self._turns.release()
        self._places.release()


def lane() -> Lane:
    """The lane of this process."""
    found: Lane = current_app.extensions["hashing"]
    return found
