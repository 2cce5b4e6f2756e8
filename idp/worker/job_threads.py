"""Jobs side by side: short ones before long ones, one long job of a school at a time, and a thread that is left to short ones."""

import threading
from collections.abc import Callable

from flask import Flask

from idp.jobs import queue
from idp.worker.long_work import LONG, SHORT
from idp.worker.threads import Threads


class JobThreads:
    """The job threads of a worker. `hand_out` is called by one thread."""

    def __init__(
        self,
        app: Flask,
        most: int,
        guarded: Callable[[str, Callable[[], object]], None],
        wake: Callable[[], object],
        stop: threading.Event,
    ) -> None:
        self._clock: Callable[[], int] = app.extensions["clock"]
        self._threads = Threads(app, "job", most)
        self._most_long = max(1, most - 1)
        self._long = 0
        self._guard = threading.Lock()
        self._guarded, self._wake, self._stop = guarded, wake, stop

    def hand_out(self, now: int) -> None:
        """Start a thread for a waiting job; the thread continues while short jobs wait."""
        if not self._threads.free:
            return
        if queue.waits(SHORT.keys(), False, now):
            self._threads.start(lambda: self._run(False))
        elif self._long < self._most_long and queue.waits(LONG.keys(), True, now):
            with self._guard:
                self._long += 1
            self._threads.start(lambda: self._run(True))

    def _run(self, is_long: bool) -> None:
        begun = threading.Event()

        def begins() -> None:
            begun.set()
            # Another thread checks for further waiting jobs.
            self._wake()

        def run() -> None:
            runners = LONG if is_long else SHORT
            while queue.run_next(runners, self._clock, self._stop.is_set, is_long, begins):
                # After a long job, short jobs that were added meanwhile run first.
                if is_long or self._stop.is_set():
                    return

        try:
            self._guarded("long jobs" if is_long else "jobs", run)
        finally:
            if is_long:
                with self._guard:
                    self._long -= 1
            if begun.is_set():
                self._wake()

    def end(self) -> None:
        """Let each thread end after its current step."""
        self._threads.end()

    def wait(self, until: float) -> None:
        """Wait for the threads until the monotonic time `until`, after `end`."""
        self._threads.wait(until)
