"""The worker process: starts due deliveries, jobs and housekeeping.

An unavailable database ends nothing: each part is tried again at its next turn.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from flask import Flask

from idp.audit import sealing
from idp.database import notifications
from idp.database.engine import close
from idp.database.faults import DATABASE_FAULTS
from idp.due_times import is_within
from idp.observability.requests import begun
from idp.worker.delivery_queues import DeliveryQueues
from idp.worker.housekeeping import keep_going
from idp.worker.job_threads import JobThreads

POLL = 0.5
POLL_WHEN_NOTIFIED = 5.0
"""Seconds between two looks at a database that notifies the worker: they find retries and what a notification has missed."""
SEALING = 1.0
"""Seconds between two looks for audit records that are not sealed."""
REPORTED = 60
"""Seconds between two log lines about a database that does not answer."""
GRACE = 2.0
LOOK = 0.2
"""Seconds after which a waiting worker sees that it has to stop."""

log = logging.getLogger("idp.worker")


class Worker:
    """One worker process. `run_until_stopped` returns at SIGTERM or SIGINT. `poll`: seconds between two looks at the tables."""

    def __init__(self, app: Flask, poll: float | None = None) -> None:
        self._app = app
        self._clock: Callable[[], int] = app.extensions["clock"]
        self._database = app.extensions["settings"].database.url
        self._is_notified = notifications.can_listen(self._database)
        self._poll = poll if poll is not None else POLL_WHEN_NOTIFIED if self._is_notified else POLL
        self._wake = threading.Event()
        self._silent_since: int | None = None

    def run_until_stopped(self) -> None:
        """Work until a signal; a current delivery gets a moment to be marked, then the process ends."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.run(stop)
        # Otherwise an unresponsive server would hold the process until its timeout.
        os._exit(0)

    def run(self, stop: threading.Event) -> None:
        """Start due work when notified, and at each poll, until `stop` is set; then wait a moment for what is under way."""
        limits = self._app.extensions["settings"].worker
        queues = DeliveryQueues(self._app, limits, self._guarded, self._wake.set, stop)
        jobs = JobThreads(self._app, limits.jobs, self._guarded, self._wake.set, stop)
        if self._is_notified:
            channels = (notifications.MESSAGES, notifications.JOBS)
            listening = (self._database, channels, self._wake.set, stop)
            threading.Thread(target=notifications.listen, args=listening, daemon=True).start()
        upkeep = [
            threading.Thread(target=keep_going, args=(stop, self._clock, self._guarded), daemon=True),
            threading.Thread(target=self._seal, args=(stop,), daemon=True),
        ]
        for thread in upkeep:
            thread.start()
        while not stop.is_set():
            # Cleared before the database is read: work added meanwhile causes another reading.
            self._wake.clear()
            self._guarded("handing out", lambda: queues.hand_out(self._clock()))
            self._guarded("long work", lambda: jobs.hand_out(self._clock()))
            self._pause(stop)
        threads = (queues, jobs)
        for ending in threads:
            ending.end()
        until = time.monotonic() + GRACE
        for ending in threads:
            ending.wait(until)
        for thread in upkeep:
            thread.join(max(0.0, until - time.monotonic()))

    def _seal(self, stop: threading.Event) -> None:
        """Seal audit records on a thread of their own: no other work delays it."""
        while not stop.is_set():
            self._guarded("sealing", lambda: sealing.seal_due(self._clock()))
            stop.wait(SEALING)
        self._guarded("the connection's end", close)

    def _pause(self, stop: threading.Event) -> None:
        ends = time.monotonic() + self._poll
        while (
            not stop.is_set()
            and (remaining := ends - time.monotonic()) > 0
            and not self._wake.wait(min(remaining, LOOK))
        ):
            pass

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        """Catch exceptions of the worker: an unavailable database must not end it.

        A database fault is logged as one line a minute, because it recurs every turn; any other with its traceback.
        """
        with self._app.app_context(), begun():
            try:
                work()
            except DATABASE_FAULTS as fault:
                if self._silent_since is None or not is_within(self._clock(), self._silent_since, REPORTED):
                    self._silent_since = self._clock()
                    log.error(
                        "%s: the database does not answer (%s); tried again and again", name, _line(fault)
                    )
            except Exception:
                log.exception("%s failed; tried again at its next turn", name)


def _line(fault: Exception) -> str:
    return str(fault).partition("\n")[0][:300]
