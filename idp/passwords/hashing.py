"""Argon2id in a bounded pool: many simultaneous logins wait here and do not block other requests."""

import threading
import time

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from idp.observability import counting
from idp.passwords.rules.passwords import normalise_password, password_forms
from idp.refusals import Refusal
from idp.refusals.signing_in import TOO_BUSY
from idp.settings import Hashing


class HashingPool:
    """At most `settings.at_once` hashes at the same time, and at most `settings.waiting` threads that wait.

    Raises Refusal S06 if the pool is full, or after `settings.patience` seconds: a waiting thread serves no other request,
    so few may wait.
    """

    def __init__(self, settings: Hashing) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.time_cost,
            memory_cost=settings.memory_cost,
            parallelism=settings.parallelism,
            type=Type.ID,
        )
        self._running = threading.BoundedSemaphore(settings.at_once)
        self._admitted = threading.BoundedSemaphore(settings.at_once + settings.waiting)
        self._patience = settings.patience
        self._dummy_hash = self._hasher.hash("a password of no account")

    def hash(self, password: str) -> str:
        """The encoded Argon2id hash of `password`, normalised."""
        with self.slot():
            return self._hasher.hash(normalise_password(password))

    def verify(self, stored: str | None, typed: str) -> str | None:
        """The form of `typed` (`password_forms`) that matches the hash `stored`; None if no form matches.

        The number of forms depends on `typed` only. Without a stored hash a dummy hash is verified, for the same time.
        """
        with self.slot():
            for form in password_forms(typed):
                if self._matches(stored or self._dummy_hash, form) and stored is not None:
                    return form
        return None

    def _matches(self, stored: str, form: str) -> bool:
        try:
            return self._hasher.verify(stored, form)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def is_outdated(self, stored: str, form: str) -> bool:
        """Whether the hash `stored` of `form` has other parameters than the present ones, or is of a form not normalised."""
        return form != normalise_password(form) or self._hasher.check_needs_rehash(stored)

    def slot(self) -> "_Slot":
        """A context in which one hash may run. Raises Refusal S06."""
        return _Slot(self._admitted, self._running, self._patience)


class _Slot:
    def __init__(
        self, admitted: threading.BoundedSemaphore, running: threading.BoundedSemaphore, patience: float
    ) -> None:
        self._admitted, self._running, self._patience = admitted, running, patience

    def __enter__(self) -> None:
        if not self._admitted.acquire(blocking=False):
            counting.hashing_refused("full")
            raise Refusal(TOO_BUSY, "the hashing pool is full")
        self._admitted_at = time.perf_counter()
        counting.hashing_waits(1)
        runs = self._running.acquire(timeout=self._patience)
        counting.hashing_waits(-1)
        if not runs:
            self._admitted.release()
            counting.hashing_refused("slow")
            raise Refusal(TOO_BUSY, "the hashing pool is slow")
        self._running_at = time.perf_counter()
        counting.hashing_runs(1)

    def __exit__(self, *_: object) -> None:
        self._running.release()
        self._admitted.release()
        counting.hashing_runs(-1)
        counting.hashed(self._running_at - self._admitted_at, time.perf_counter() - self._running_at)


def hashing_pool() -> HashingPool:
    """The hashing pool of this process."""
    pool: HashingPool = current_app.extensions["hashing"]
    return pool
