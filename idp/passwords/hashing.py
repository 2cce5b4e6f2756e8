"""Argon2id in a bounded pool: many simultaneous logins wait here and do not block other requests.

A hash runs in a thread of the pool, with less priority than the threads that answer requests, so that tokens and single
sign-on go on beside a storm of logins. A request that waits for its hash holds no slot of the server.
"""

import contextlib
import heapq
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from flask import current_app

from idp.observability import counting
from idp.passwords.argon2id import Argon2id
from idp.passwords.rules.passwords import normalise_password, password_forms
from idp.refusals import Refusal
from idp.refusals.signing_in import TOO_BUSY
from idp.runtime.context import outside_of_slot
from idp.settings import Hashing

_Result = TypeVar("_Result")

MOST_WITH_PLACE = 64
"""People of the line, or signed in already, whose hashes may wait in a process besides `hashing.waiting`."""
_WEIGHT = 0.1
"""Weight of the last hash in the mean duration."""


class HashingPool:
    """At most `settings.at_once` hashes at the same time; the others wait, those with a place in the line first.

    Raises Refusal S06 if the pool is full, or after `settings.patience` seconds. `first`: the person has a place in the line
    (`idp.turns`) or is signed in; `settings.waiting` limits the others alone.
    """

    def __init__(self, settings: Hashing) -> None:
        self._hasher = Argon2id(settings.time_cost, settings.memory_cost, settings.parallelism)
        self._settings = settings
        self._turns = _Turns(settings.at_once)
        self._threads = ThreadPoolExecutor(
            settings.at_once, "hashing", _yield_to_others, (settings.niceness,)
        )
        began = time.perf_counter()
        self._dummy_hash = self._hasher.hash("a password of no account")
        self._mean = time.perf_counter() - began

    @property
    def pace(self) -> float:
        """Milliseconds from one hash to the next if the pool is never idle, by the durations of the last hashes."""
        return 1000 * self._mean / self._settings.at_once

    @property
    def queue(self) -> int:
        """Hashes that wait."""
        return self._turns.waiting

    def hash(self, password: str) -> str:
        """The encoded Argon2id hash of `password`, normalised."""
        with outside_of_slot(), self.slot(first=True):
            return self._run(lambda: self._hasher.hash(normalise_password(password)))

    def verify(self, stored: str | None, typed: str, first: bool = False) -> str | None:
        """The form of `typed` (`password_forms`) that matches the hash `stored`; None if no form matches.

        The number of forms depends on `typed` only. Without a stored hash a dummy hash is verified, for the same time.
        """
        with outside_of_slot(), self.slot(first):
            for form in password_forms(typed):
                matches = self._run(partial(self._hasher.verify, stored or self._dummy_hash, form))
                if matches and stored is not None:
                    return form
        return None

    def _run(self, work: Callable[[], _Result]) -> _Result:
        return self._threads.submit(self._timed, work).result()

    def _timed(self, work: Callable[[], _Result]) -> _Result:
        began = time.perf_counter()
        try:
            return work()
        finally:
            self._mean += _WEIGHT * (time.perf_counter() - began - self._mean)

    def is_outdated(self, stored: str, form: str) -> bool:
        """Whether the hash `stored` of `form` has other parameters than the present ones, or is of a form not normalised."""
        return form != normalise_password(form) or self._hasher.is_outdated(stored)

    def slot(self, first: bool = False) -> "_Slot":
        """A context in which one hash may run. Raises Refusal S06."""
        most = self._settings.waiting + (MOST_WITH_PLACE if first else 0)
        return _Slot(self._turns, first, most, self._settings.patience)


class _Turns:
    """`number` permits, given to those who wait: first those with a place, then the others, each in the order of arrival."""

    def __init__(self, number: int) -> None:
        self._lock = threading.Lock()
        self._free = number
        self._queue: list[tuple[bool, int, threading.Lock]] = []
        self._numbers = itertools.count()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def acquire(self, first: bool, most: int, patience: float) -> str | None:
        """None with a permit; `full` if `most` wait already, `slow` after `patience` seconds."""
        with self._lock:
            if self._free:
                self._free -= 1
                return None
            if len(self._queue) >= most:
                return "full"
            called = threading.Lock()
            called.acquire()
            entry = (not first, next(self._numbers), called)
            heapq.heappush(self._queue, entry)
        if called.acquire(timeout=patience):
            return None
        with self._lock:
            if entry not in self._queue:
                # Called in the last moment.
                return None
            self._queue.remove(entry)
            heapq.heapify(self._queue)
            return "slow"

    def release(self) -> None:
        with self._lock:
            if self._queue:
                heapq.heappop(self._queue)[2].release()
            else:
                self._free += 1


class _Slot:
    def __init__(self, turns: _Turns, first: bool, most: int, patience: float) -> None:
        self._turns, self._first, self._most, self._patience = turns, first, most, patience

    def __enter__(self) -> None:
        self._admitted_at = time.perf_counter()
        counting.hashing_waits(1)
        refused = self._turns.acquire(self._first, self._most, self._patience)
        counting.hashing_waits(-1)
        if refused is not None:
            counting.hashing_refused(refused)
            raise Refusal(TOO_BUSY, f"the hashing pool is {refused}")
        self._running_at = time.perf_counter()
        counting.hashing_runs(1)

    def __exit__(self, *_: object) -> None:
        self._turns.release()
        counting.hashing_runs(-1)
        counting.hashed(self._running_at - self._admitted_at, time.perf_counter() - self._running_at)


def _yield_to_others(niceness: int) -> None:
    """Lower the priority of this thread: Linux has one for each thread, other systems for the process alone."""
    if sys.platform == "linux" and niceness:
        with contextlib.suppress(OSError):
            number = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, number, os.getpriority(os.PRIO_PROCESS, number) + niceness)


def hashing_pool() -> HashingPool:
    """The hashing pool of this process."""
    pool: HashingPool = current_app.extensions["hashing"]
    return pool
