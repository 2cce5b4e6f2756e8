"""A worker with its threads, in the process of a test."""

import contextlib
import threading
from collections.abc import Iterator

from flask import Flask

from idp.worker.process import Worker


@contextlib.contextmanager
def working(app: Flask, poll: float | None = None) -> Iterator[Worker]:
    """A worker in a thread, until the block ends."""
    worker, stop = Worker(app, poll), threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        stop.set()
        thread.join()
