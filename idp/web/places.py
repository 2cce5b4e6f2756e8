"""A limited number of concurrent places: slots for work, and for requests whose bodies are incomplete."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

from idp.observability import counting


class NoPlace(Exception):
    """No place was free in time."""


class Places:
    """A place is a name; raises NoPlace if none is free within `patience` seconds. Who waits is served in the order of arrival.

    The place that was given back last is taken first: its connection has the newest pages of the database in its cache,
    and PostgreSQL's process of it has just run. Every request passes here: without waiters, no lock is taken.
    """

    def __init__(self, name: str, number: int, patience: float = 0.0) -> None:
        self._name = name
        self._patience = patience
        self._free = [f"{name} {place}" for place in range(number)]
        self._waiters: deque[_Waiter] = deque()
        self._lock = threading.Lock()
        counting.places(name, number)

    def take(self, patience: float | None = None) -> str:
        """`patience`: seconds, in place of that of the places."""
        patience = self._patience if patience is None else patience
        try:
            # One call of C: of two threads, one gets the last place.
            place = self._awaited(patience) if self._waiters else self._free.pop()
        except IndexError:
            place = self._awaited(patience)
        counting.place_in_use(self._name, 1)
        return place

    def give_back(self, place: str) -> None:
        counting.place_in_use(self._name, -1)
        self._free.append(place)
        if self._waiters:
            with self._lock:
                self._serve()

    def _awaited(self, patience: float) -> str:
        waiter = _Waiter()
        with self._lock:
            self._waiters.append(waiter)
            # A place may have become free since.
            self._serve()
        waiter.served.acquire(timeout=patience)
        with self._lock:
            if waiter.place is None:
                self._waiters.remove(waiter)
                raise NoPlace
        return waiter.place

    def _serve(self) -> None:
        while self._waiters and self._free:
            waiter = self._waiters.popleft()
            waiter.place = self._free.pop()
            waiter.served.release()

    @contextlib.contextmanager
    def place(self) -> Iterator[str]:
        """A place within the block."""
        place = self.take()
        try:
            yield place
        finally:
            self.give_back(place)


class _Waiter:
    """`served`: a lock that is released when `place` is set."""

    def __init__(self) -> None:
        self.place: str | None = None
        self.served = threading.Lock()
        self.served.acquire()
