"""`python -m bench.academy storm`: eight silent flows beside N people who sign in, and open loop beyond what can be hashed.

The provider runs as in production on one core with its default settings, the drivers on the other. Each row has a bare
Argon2id in a process on the server's core beside it, so that what others take of the machine can be seen. `useful` is the
processor time of the silent flows (as measured alone) and of the bare hashes of the logins, by the server's whole time.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.academy.storm_people import main as people
from bench.academy.storm_world import provider
from bench.flows import authorization, prepare, redeem
from bench.http import Connection, get, header
from bench.sides import DRIVER_CORE, SERVER_CORE, Side

CONNECTIONS = 8
TIMES_THE_HASH_RATE = 10


@dataclass(frozen=True)
class Row:
    """`flows`, `logins`, `pages`: a second. `p50`, `p99`: milliseconds of a silent flow. `processor`: seconds of the server a second.

    `hash`: milliseconds of processor time of a bare hash; `waits`: (median, longest) seconds of the logins that ended.
    """

    flows: float
    p50: float
    p99: float
    logins: float
    pages: float
    vain: int
    faults: int
    processor: float
    hash: float
    waits: tuple[float, float]
    fault: str = ""


def run(arguments: list[str]) -> Iterator[str]:
    """The lines of the report."""
    parser = argparse.ArgumentParser(prog="bench.academy storm", description=__doc__)
    parser.add_argument("--people", default="0,4,16,64,1000", help="numbers of people, one row each")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--warm-up", type=float, default=5)
    parser.add_argument("--ways", default="patient,anew", help="what people do who get the waiting page")
    parser.add_argument("--port", type=int, default=8740)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--no-silent", action="store_true", help="people alone")
    parser.add_argument(
        "--open-loop", action="store_true", help="the row of arrivals at ten times the hash rate too"
    )
    parser.add_argument("--setting", action="append", default=[], help="section.name=value")
    parser.add_argument("--drive", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.drive:
        asked = json.loads(options.drive)
        asyncio.run(people(Side(**asked["side"]), asked["people"], asked["rate"], asked["patient"]))
        return
    _pin(DRIVER_CORE)
    numbers = [int(number) for number in options.people.split(",") if number]
    most = max([*numbers, 10_000 if options.open_loop else 0])
    settings = dict(tuple(setting.split("=", 1)) for setting in options.setting)
    with provider(options.port, most, options.workers, settings) as side:
        prepare(side)
        flows = 0 if options.no_silent else CONNECTIONS
        _row(side, flows, 0, 0, True, options.warm_up, 1)
        yield "| people | flows a second | p50, p99 ms | logins a second | of the hash rate | waiting pages a second | typed in vain | wait s | server | useful | processor ms: flow, hash |"
        yield "|---" * 11 + "|"
        alone = 0.0
        for number in numbers:
            for way in options.ways.split(",") if number else ["patient"]:
                row = _row(side, flows, number, 0, way == "patient", options.warm_up, options.seconds)
                if not number and row.flows:
                    alone = row.processor / row.flows
                yield _line(f"{number} {way}" if number else "0", row, alone)
        if options.open_loop:
            rate = TIMES_THE_HASH_RATE * 1000 / _bare_hash()
            row = _row(side, flows, 0, rate, True, options.warm_up, options.seconds)
            yield _line(f"open loop, {rate:.0f} a second", row, alone)


def _line(name: str, row: Row, alone: float) -> str:
    useful = (row.flows * alone + row.logins * row.hash / 1000) / max(row.processor, 0.001)
    return (
        f"| {name} | {row.flows:.0f} | {row.p50:.1f}, {row.p99:.1f} | {row.logins:.1f} | {row.logins * row.hash / 1000:.0%} "
        f"| {row.pages:.0f} | {row.vain} | {row.waits[0]:.1f}, {row.waits[1]:.1f} | {row.processor:.0%} | {useful:.0%} | {alone * 1000:.2f}, {row.hash:.1f} |"
        + (f" {row.faults} faults: {row.fault}" if row.faults else "")
    )


def _row(
    side: Side, flows: int, number: int, rate: float, patient: bool, warm_up: float, seconds: float
) -> Row:
    stop, taken, faults = threading.Event(), list[tuple[float, float]](), list[Exception]()
    threads = [threading.Thread(target=_silent, args=(side, stop, taken, faults)) for _ in range(flows)]
    hash_before = _bare_hash()
    with _people(side, number, rate, patient) as report:
        for thread in threads:
            thread.start()
        time.sleep(warm_up)
        begun, spent, before = time.monotonic(), side.processor(), report()
        time.sleep(seconds)
        ended, spent, after = time.monotonic(), side.processor() - spent, report()
        stop.set()
        for thread in threads:
            thread.join()
    if faults:
        raise faults[0]
    passed = ended - begun
    delays = sorted(1000 * delay for at, delay in taken if begun <= at <= ended) or [0.0]
    gone = {
        name: after[name] - before[name]
        for name in ("logins", "waiting_pages", "typed_in_vain", "faults", "refused")
    }
    waits = sorted(after["longest"]) or [0.0]
    return Row(
        len(delays) / passed if len(delays) > 1 else 0.0,
        delays[len(delays) // 2],
        delays[int(len(delays) * 0.99)],
        gone["logins"] / passed,
        gone["waiting_pages"] / passed,
        gone["typed_in_vain"],
        gone["faults"],
        spent / passed,
        (hash_before + _bare_hash()) / 2,
        (waits[len(waits) // 2], waits[-1]),
        after["fault"],
    )


def _silent(
    side: Side, stop: threading.Event, taken: list[tuple[float, float]], faults: list[Exception]
) -> None:
    ask, connection = get(authorization(side), side.port, Cookie=side.cookie), Connection(side.port)
    try:
        while not stop.is_set():
            began = time.monotonic()
            status, head, page = connection.request(ask)
            if status != 503:
                assert b"code=" in header(head, b"Location"), (status, head, page[:300])
                assert "id_token" in redeem(side, connection, header(head, b"Location").decode())
                taken.append((time.monotonic(), time.monotonic() - began))
    except AssertionError as fault:
        if "Service Unavailable" not in str(fault):
            faults.append(fault)
    except Exception as fault:
        faults.append(fault)
    finally:
        connection.close()


@contextmanager
def _people(side: Side, number: int, rate: float, patient: bool) -> Iterator[object]:
    no_people = {
        "logins": 0,
        "waiting_pages": 0,
        "typed_in_vain": 0,
        "faults": 0,
        "refused": 0,
        "longest": [],
        "fault": "",
    }
    if not number and not rate:
        yield lambda: no_people
        return
    names = (
        "name",
        "port",
        "client_id",
        "client_secret",
        "authorize_path",
        "token_path",
        "userinfo_path",
        "introspection_path",
    )
    asked = {
        "side": {name: getattr(side, name) for name in names},
        "people": number,
        "rate": rate,
        "patient": patient,
    }
    command = [sys.executable, "-m", "bench.academy", "storm", "--drive", json.dumps(asked)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def report() -> dict[str, object]:
            process.stdin.write("\n")
            process.stdin.flush()
            counts: dict[str, object] = json.loads(process.stdout.readline())
            return counts

        try:
            yield report
        finally:
            process.stdin.close()
            process.kill()


def _bare_hash() -> float:
    """Milliseconds of processor time of one verification with the default parameters, in a process on the server's core."""
    script = (
        "import time; from idp.passwords.argon2id import Argon2id; h = Argon2id(2, 19456, 1)\n"
        "import ctypes; ctypes.CDLL(None).mallopt(-3, 1 << 30); e = h.hash('x'); h.verify(e, 'x'); b = time.process_time()\n"
        "for _ in range(20): h.verify(e, 'x')\n"
        "print((time.process_time() - b) / 20)"
    )
    answered = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: _pin(SERVER_CORE),
    )
    return 1000 * float(answered.stdout)


def _pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})
