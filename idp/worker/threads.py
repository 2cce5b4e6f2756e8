"""Threads of the worker: started when needed, at most so many; each closes its database connection when it ends."""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from flask import Flask

from idp.database.engine import Connections


class Threads:
    """A bounded number of daemon threads: the end of the process waits for none."""

    def __init__(self, app: Flask, name: str, most: int) -> None:
        self._app = app
        self._database: Connections = app.extensions["connections"]
        self._name = name
        self._most = most
        self._work: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._guard = threading.Lock()
        self._busy = 0

    @property
    def free(self) -> int:
        """How many more pieces of work can begin at once."""
        with self._guard:
            return self._most - self._busy

    def start(self, work: Callable[[], object]) -> None:
        """Run `work`, which raises nothing, in one of the free threads."""
        with self._guard:
            self._busy += 1
            if self._busy > len(self._threads):
                name = f"{self._name}-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
        self._work.put(work)

    def _run(self) -> None:
        try:
            while (work := self._work.get()) is not None:
                try:
                    work()
                finally:
                    with self._guard:
                        self._busy -= 1
        finally:
            with self._app.app_context():
                self._database.close()

    def end(self) -> None:
        """Let each thread end after its current work."""
        for _ in self._threads:
            self._work.put(None)

    def wait(self, until: float) -> None:
        """Wait for the threads until the monotonic time `until`, after `end`."""
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
