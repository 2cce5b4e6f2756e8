"""One measurement: a flow on several connections for some seconds, its rate, the server's processor time, its delays."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.flows import Flow
from bench.http import Connection
from bench.sides import Side

CONNECTIONS = 8


@dataclass(frozen=True)
class Measured:
    """`rate`: flows a second. `processor`: microseconds of the server's whole process group a flow. Delays in milliseconds."""

    rate: float
    processor: float
    p50: float
    p99: float
    longest: float


def measure(side: Side, make: Callable[[Connection], Flow], seconds: float) -> Measured:
    """Run the flow that `make` gives on each of CONNECTIONS kept-alive connections."""
    delays: list[list[float]] = [[] for _ in range(CONNECTIONS)]
    faults: list[Exception] = []
    stop, begin = threading.Event(), threading.Barrier(CONNECTIONS + 1)

    def work(own: list[float]) -> None:
        connection = Connection(side.port)
        try:
            flow = make(connection)
            begin.wait(60)
            while not stop.is_set():
                began = time.perf_counter()
                flow(connection)
                own.append(time.perf_counter() - began)
        except Exception as fault:
            faults.append(fault)
            begin.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(own,)) for own in delays]
    for thread in threads:
        thread.start()
    try:
        with contextlib.suppress(threading.BrokenBarrierError):
            begin.wait(60)
        spent, started = side.processor(), time.monotonic()
        time.sleep(seconds)
        number, passed = sum(map(len, delays)), time.monotonic() - started
        spent = side.processor() - spent
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if faults:
        raise faults[0]
    every = sorted(delay * 1000 for own in delays for delay in own)
    return Measured(
        number / passed,
        spent / number * 1e6,
        every[len(every) // 2],
        every[int(len(every) * 0.99)],
        every[-1],
    )
