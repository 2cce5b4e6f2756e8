"""The same call in many threads at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

Answer = TypeVar("Answer")


def at_once(app: Flask, act: Callable[[int], Answer], times: int = 50) -> list[Answer]:
    """The results of `act(number)`, each call in a thread of its own; all start when every thread is ready."""
    gate = threading.Barrier(times)

    def run(number: int) -> Answer:
        gate.wait()
        try:
            return act(number)
        finally:
            with app.app_context():
                app.extensions["connections"].close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))
