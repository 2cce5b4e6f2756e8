"""`python -m bench.academy retention --rate 100 --seconds 120`: silent flows at a rate, with and without retention beside them.

Each flow writes a grant and an access token, every fourth a refresh family. Rows expire `LIVES` seconds after they were written:
the clock of each step runs ahead by what it is kept for. Retention is the worker's own code in a process of its own; it works
in every second part of the run, and finds there what the part before has left.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.flows import Flow, authorization, prepare, redeem
from bench.http import Connection, get, header
from bench.sides import DRIVER_CORE, Side, provider

PORT = 8730
LIVES = 20
PARTS = 4
CONNECTIONS = 8
HOUR, DAY = 3600, 86400
SETTINGS = (
    "[tokens]", "access = 60", "refresh_idle = 60", "refresh_longest = 60",
    # A grant and its refresh family are kept for the same time.
    "[sessions]", f"longest = {60 + DAY - HOUR}", "idle = 3600",
)  # fmt: skip
AHEAD = {
    "access_tokens": 60 + 300 - LIVES,
    "refresh_families": 60 + DAY - LIVES,
    "grants": 60 + DAY - LIVES,
}
"""Seconds by which the clock of each step runs ahead."""
KEPT = {
    "access_tokens": "expires_at > :now + 60 - :lives",
    "refresh_families": "expires_at > :now + 60 - :lives",
    "grants": "issued_at > :now - :lives",
}
"""The rows of each table that must be there still."""


@dataclass
class Part:
    """What was measured in a part of the run.

    `taken`: milliseconds of each flow; `processor`: seconds of the server; `rows`: (there, needed) of each table, each second.
    """

    retention: bool
    taken: list[float] = field(default_factory=list)
    processor: float = 0.0
    retention_processor: float = 0.0
    longest_log: int = 0
    rows: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    pages: int = 0
    free_pages: int = 0

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.taken, n=100)[98]


def run(arguments: list[str]) -> Iterator[str]:
    """The lines of the report."""
    parser = argparse.ArgumentParser(prog="bench.academy retention", description=__doc__)
    parser.add_argument("--rate", type=float, default=100, help="flows a second")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--retain", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.retain:
        _retain(options.retain)
        return
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {DRIVER_CORE})
    with provider(SETTINGS, PORT) as side, _worker(side) as worker:
        prepare(side)
        _part(side, worker, False, options.rate, 5)
        parts = [
            _part(side, worker, number % 2 == 1, options.rate, options.seconds / PARTS)
            for number in range(PARTS)
        ]
    yield from _report(parts, options.rate)


def _report(parts: list[Part], rate: float) -> Iterator[str]:
    yield f"| {rate:.0f} flows a second asked | flows | p50, ms | p99, ms | processor a flow, ms | retention, % of a core | log, MB | file, pages | free |"
    yield "|---" * 9 + "|"
    for part in parts:
        seconds = len(part.taken) / rate
        yield (
            f"| {'with' if part.retention else 'without'} | {len(part.taken)} | {statistics.median(part.taken):.1f} | {part.p99:.1f} "
            f"| {1000 * part.processor / len(part.taken):.2f} | {100 * part.retention_processor / seconds:.1f} "
            f"| {part.longest_log / 1e6:.1f} | {part.pages} | {part.free_pages} |"
        )
    without, beside = ([part for part in parts if part.retention is which] for which in (False, True))
    p99 = [statistics.mean(part.p99 for part in group) for group in (without, beside)]
    work = [
        statistics.mean(part.processor / len(part.taken) for part in group) for group in (without, beside)
    ]
    yield f"p99 with / without: {p99[1] / p99[0]:.2f}; processor a flow: {work[1] / work[0]:.2f}"
    for table, looks in beside[-1].rows.items():
        steady = [there / max(needed, 1) for there, needed in looks[len(looks) // 2 :]]
        there, needed = looks[-1]
        yield f"{table}: {there} rows, {needed} needed; at most {max(steady):.2f} times what is needed"


def _part(side: Side, worker: "Worker", retention: bool, rate: float, seconds: float) -> Part:
    """Flows at `rate` for `seconds` over CONNECTIONS connections; then the rows are counted."""
    part, numbers, lock = Part(retention), iter(range(int(rate * seconds))), threading.Lock()
    begun, faults = time.monotonic(), list[Exception]()
    worker.work(retention)
    processor = (side.processor(), worker.processor())

    def drive() -> None:
        connection = Connection(side.port)
        flows = (_silent(side, "openid"), _silent(side, "openid offline_access"))
        try:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                time.sleep(max(0.0, begun + number / rate - time.monotonic()))
                started = time.monotonic()
                flows[number % 4 == 0](connection)
                part.taken.append(1000 * (time.monotonic() - started))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=drive) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        _look(part, worker.database)
        time.sleep(1)
    if faults:
        raise faults[0]
    part.processor = side.processor() - processor[0]
    part.retention_processor = worker.processor() - processor[1]
    return part


def _look(part: Part, database: Path) -> None:
    log, now = Path(f"{database}-wal"), {"now": int(time.time()), "lives": LIVES}
    # SQLite deletes it with its last connection.
    part.longest_log = max(part.longest_log, log.stat().st_size if log.exists() else 0)
    with closing(sqlite3.connect(database)) as connection:
        for table, condition in KEPT.items():
            (there,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            (needed,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}", now).fetchone()
            part.rows.setdefault(table, []).append((there, needed))
        (part.pages,) = connection.execute("PRAGMA page_count").fetchone()
        (part.free_pages,) = connection.execute("PRAGMA freelist_count").fetchone()


def _silent(side: Side, scope: str) -> Flow:
    ask = get(authorization(side, scope), side.port, Cookie=side.cookie)

    def flow(connection: Connection) -> None:
        status, head, page = connection.request(ask)
        assert b"code=" in header(head, b"Location"), (status, head, page[:300])
        assert "id_token" in redeem(side, connection, header(head, b"Location").decode())

    return flow


class Worker:
    """The process of retention; it works while a file is there."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.database = folder / "idp.sqlite3"
        self._flag, self._process = folder / "retain", process

    def work(self, on: bool) -> None:
        if on:
            self._flag.touch()
        else:
            self._flag.unlink(missing_ok=True)

    def processor(self) -> float:
        """Seconds of processor time so far."""
        return processor_time(self._process.pid)


@contextmanager
def _worker(side: Side) -> Iterator[Worker]:
    folder = Path(str(side.extra["folder"]))
    command = [sys.executable, "-m", "bench.academy", "retention", "--retain", str(folder)]
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            yield Worker(folder, process)
        finally:
            process.terminate()


def _retain(folder: Path) -> None:
    """The worker's retention, with each step's clock ahead."""
    from idp.app import create_app
    from idp.database.log_file import shorten_log
    from idp.runtime.context import system_clock
    from idp.settings import load_settings
    from idp.worker.retention import STEPS
    from idp.worker.turns import Step, take_turns

    def ahead(name: str) -> Step:
        return lambda tx, now, most: STEPS[name](tx, now + AHEAD[name], most)

    flag, steps = folder / "retain", {name: ahead(name) for name in AHEAD}
    with create_app(load_settings(folder / "config.toml", {})).app_context():
        while True:
            if flag.exists():
                take_turns(steps, system_clock(), lambda: not flag.exists(), time.sleep)
                shorten_log()
            # A tenth of what the rows live for, as a minute is of an access token's ten.
            time.sleep(LIVES / 10 if flag.exists() else 0.1)


def processor_time(pid: int) -> float:
    """Seconds of processor time of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
