"""What is read of the database for metrics, and how long a reading is used again."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Flask

from idp.audit.storage.seals import seal_lag
from idp.database.engine import Connection, reading
from idp.database.faults import UNREADABLE
from idp.jobs.storage import job_counts
from idp.messages.storage import outbox_depth
from idp.observability import catalogue
from idp.observability.catalogue import Metric
from idp.oidc import signing
from idp.runtime.context import settings
from idp.signin.storage import live_sessions
from keys.rotation import ALGORITHMS, signer

USED_FOR = 5.0
"""Seconds for which a reading is reused by all scrapes."""


@dataclass(frozen=True)
class Reading:
    """A value of `metric`; `labels` in the metric's order."""

    metric: Metric
    labels: tuple[str, ...]
    value: float


def _outbox(connection: Connection, now: int) -> Iterator[Reading]:
    for depth in outbox_depth.waiting(connection):
        yield Reading(catalogue.OUTBOX_MESSAGES, depth.group, depth.number)
        yield Reading(catalogue.OUTBOX_OLDEST, depth.group, max(0, now - depth.oldest))
    for depth in outbox_depth.given_up(connection):
        yield Reading(catalogue.OUTBOX_GIVEN_UP, depth.group, depth.number)


def _jobs(connection: Connection, _now: int) -> Iterator[Reading]:
    for kind, state, number in job_counts.counts(connection):
        yield Reading(catalogue.JOBS, (kind, state), number)


def _sessions(connection: Connection, now: int) -> Iterator[Reading]:
    number = live_sessions.count(connection, now, settings().sessions.idle)
    yield Reading(catalogue.LIVE_SESSIONS, (), number)


def _signing_keys(_connection: Connection, now: int) -> Iterator[Reading]:
    """Includes zeros: the alert watches for an algorithm without a signing key."""
    keys = [key for key in signing.listing() if key.usable]
    for alg in ALGORITHMS:
        for state in ("next", "signing", "retiring"):
            number = sum(key.alg == alg and key.state(now) == state for key in keys)
            yield Reading(catalogue.SIGNING_KEYS, (alg, state), number)
        if (key := signer(keys, alg, now)) is not None:
            yield Reading(catalogue.SIGNING_KEY_AGE, (alg,), now - key.activates_at)


def _audit_seal(connection: Connection, now: int) -> Iterator[Reading]:
    yield Reading(catalogue.AUDIT_SEAL_LAG, (), seal_lag(connection, now))


READINGS: tuple[Callable[[Connection, int], Iterable[Reading]], ...] = (
    _outbox,
    _jobs,
    _sessions,
    _signing_keys,
    _audit_seal,
)
"""Each reads one subject; all together end after `database.patience`, however many there are."""


class DatabaseReadings:
    """The readings of the database of `app`. Concurrent callers share one."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._last: list[Reading] = []
        self._until = 0.0

    def latest(self) -> list[Reading]:
        """The readings, at most USED_FOR seconds old. If the database does not answer: that alone."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._last = self._read()
                self._until = time.monotonic() + USED_FOR
            return self._last

    def _read(self) -> list[Reading]:
        began = time.monotonic()
        readings: list[Reading] = []
        with self._app.app_context():
            now, patience = self._app.extensions["clock"](), settings().database.patience
            try:
                for read in READINGS:
                    readings += read(reading(), now)
                    if time.monotonic() - began > patience:
                        return [Reading(catalogue.DATABASE_UP, (), 0)]
            except UNREADABLE:
                return [Reading(catalogue.DATABASE_UP, (), 0)]
            finally:
                # A thread of the endpoint serves one request: it keeps no connection.
                self._app.extensions["connections"].close()
        return [Reading(catalogue.DATABASE_UP, (), 1), *readings]
