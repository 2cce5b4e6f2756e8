"""One measurement: a flow on several connections for some seconds, its rate, the server's processor time, its delays."""

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.flows import Flow
from bench.http import Connection
from bench.sides import SERVER_CORE, Side

CONNECTIONS = 8
CALIBRATION = 0.2
PATIENCE = 60.0
"""Seconds."""


@dataclass(frozen=True)
class Calibration:
    """`unit`: microseconds of processor time of a fixed piece of work on the server's core. `shared`: its time by its processor time."""

    unit: float
    shared: float


@dataclass(frozen=True)
class Measured:
    """`rate`: flows a second. `processor`: microseconds of all the server's processes a flow; `database`: of a database server.

    Delays in milliseconds. `driver`: the part of its core that the driver has used: near 1, it is the driver that was measured.
    """

    rate: float
    processor: float
    p50: float
    p99: float
    longest: float
    database: float = 0.0
    driver: float = 0.0
    calibration: Calibration = Calibration(0.0, 1.0)


def calibrate(seconds: float = CALIBRATION) -> Calibration:
    """How fast the server's core is at this moment, and whether others use it."""
    results: list[Calibration] = []

    def work() -> None:
        if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(0, {SERVER_CORE})
        units, digest = 0, b"x" * 32
        began, spent = time.monotonic(), time.thread_time()
        while time.monotonic() < began + seconds:
            for _ in range(200):
                digest = hashlib.sha256(digest).digest()
            units += 1
        spent = time.thread_time() - spent
        results.append(Calibration(spent / units * 1e6, (time.monotonic() - began) / spent))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return results[0]


def measure(side: Side, make: Callable[[Connection, int], Flow], seconds: float) -> Measured:
    """Run the flow that `make` gives for each of CONNECTIONS kept-alive connections and its number."""
    calibration = calibrate()
    delays: list[list[float]] = [[] for _ in range(CONNECTIONS)]
    faults: list[Exception] = []
    stop, begin = threading.Event(), threading.Barrier(CONNECTIONS + 1)

    def work(number: int, own: list[float]) -> None:
        connection = Connection(side.port)
        try:
            flow = make(connection, number)
            begin.wait(PATIENCE)
            while not stop.is_set():
                began = time.perf_counter()
                flow(connection)
                own.append(time.perf_counter() - began)
        except Exception as fault:
            faults.append(fault)
            begin.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=arguments) for arguments in enumerate(delays)]
    for thread in threads:
        thread.start()
    try:
        with contextlib.suppress(threading.BrokenBarrierError):
            begin.wait(PATIENCE)
        before, started = _spent(side), time.monotonic()
        time.sleep(seconds)
        # On a busy machine the slowest flows need longer to end once.
        while sum(map(len, delays)) < CONNECTIONS and not faults and time.monotonic() < started + PATIENCE:
            time.sleep(0.05)
        number, passed = sum(map(len, delays)), time.monotonic() - started
        spent = [after - earlier for after, earlier in zip(_spent(side), before, strict=True)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    faults = [fault for fault in faults if not isinstance(fault, threading.BrokenBarrierError)] or faults
    if faults:
        raise faults[0]
    if not number:
        raise TimeoutError(f"{side.name}: no flow ended within {PATIENCE:.0f} s")
    every = sorted(delay * 1000 for own in delays for delay in own)
    return Measured(
        number / passed,
        spent[0] / number * 1e6,
        every[len(every) // 2],
        every[int(len(every) * 0.99)],
        every[-1],
        spent[1] / number * 1e6,
        spent[2] / passed,
        calibration,
    )


def _spent(side: Side) -> tuple[float, float, float]:
    """Seconds of processor time so far: of the server, of its database server, of the driver."""
    return side.processor(), side.database_processor(), time.process_time()
