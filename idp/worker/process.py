"""The worker process: starts due deliveries, jobs and housekeeping.

An unavailable database ends nothing: each part is tried again at its next turn.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from flask import Flask

from idp.database.engine import reading
from idp.database.faults import DATABASE_FAULTS
from idp.due_times import is_within
from idp.jobs import queue
from idp.messages.storage import outbox
from idp.worker.deliveries import deliver
from idp.worker.housekeeping import keep_going
from idp.worker.long_work import RUNNERS

POLL = 0.5
HOUSEKEEPING = 60
AT_ONCE = 5
GRACE = 2.0

log = logging.getLogger("idp.worker")


class Worker:
    """One worker process. `run_until_told` returns at SIGTERM or SIGINT."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._clock: Callable[[], int] = app.extensions["clock"]
        self._stop = threading.Event()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery")
        self._under_way: dict[int, Future[None]] = {}
        self._long_work: Future[None] | None = None
        self._silent_since: int | None = None

    def run_until_told(self) -> None:
        """Work until a signal; a current delivery gets a moment to be marked, then the process ends."""
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: self._stop.set())
        self.run(self._stop)
        self._threads.shutdown(wait=False, cancel_futures=True)
        wait(self._under_way.values(), timeout=GRACE)
        # Otherwise an unresponsive server would hold the process until its timeout.
        os._exit(0)

    def run(self, stop: threading.Event) -> None:
        """Start due work twice a second, until `stop` is set."""
        upkeep = threading.Thread(
            target=keep_going, args=(stop, self._clock, self._guarded), name="housekeeping", daemon=True
        )
        upkeep.start()
        while not stop.is_set():
            self._guarded("handing out", self._hand_out)
            if self._long_work is None or self._long_work.done():
                self._long_work = self._threads.submit(self._guarded, "long work", self._work_on)
            stop.wait(POLL)
        upkeep.join(GRACE)

    def _work_on(self, _now: int) -> None:
        """One job at a time in each worker, on a thread of its own: mail delivery continues."""
        while not self._stop.is_set() and queue.run_next(RUNNERS, self._clock, self._stop.is_set):
            pass

    def _guarded(self, name: str, work: Callable[..., object], *arguments: int) -> None:
        """Catch exceptions of the worker: an unavailable database must not end it.

        A database fault is logged as one line a minute, because it recurs every turn; any other with its traceback.
        """
        with self._app.app_context():
            try:
                work(*arguments, self._clock())
            except DATABASE_FAULTS as fault:
                if self._silent_since is None or not is_within(
                    self._clock(), self._silent_since, HOUSEKEEPING
                ):
                    self._silent_since = self._clock()
                    log.error(
                        "%s: the database does not answer (%s); tried again and again", name, _line(fault)
                    )
            except Exception:
                log.exception("%s failed; tried again at its next turn", name)

    def _hand_out(self, now: int) -> None:
        self._under_way = {message: job for message, job in self._under_way.items() if not job.done()}
        for message in outbox.due(reading(), now):
            if message not in self._under_way:
                self._under_way[message] = self._threads.submit(
                    self._guarded, f"message {message}", deliver, message
                )


def _line(fault: Exception) -> str:
    return str(fault).partition("\n")[0][:300]
