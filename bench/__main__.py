"""`python -m bench`: rounds of all sides in turn, medians, ratios."""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from bench.flows import Flow, flows, full_login, prepare
from bench.http import Connection
from bench.sides import DRIVER_CORE, Side, peer, provider

CONNECTIONS = 8


def rate(make: Callable[[Connection], Flow], port: int, seconds: float) -> float:
    """Flows a second over CONNECTIONS kept-alive connections."""
    done, faults, stop = [0] * CONNECTIONS, [], threading.Event()
    begin = threading.Barrier(CONNECTIONS + 1)

    def work(number: int) -> None:
        connection = Connection(port)
        try:
            flow = make(connection)
            begin.wait(60)
            while not stop.is_set():
                flow(connection)
                done[number] += 1
        except Exception as fault:
            faults.append(fault)
            begin.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    try:
        with contextlib.suppress(threading.BrokenBarrierError):
            begin.wait(60)
        started = time.monotonic()
        time.sleep(seconds)
        counted, passed = sum(done), time.monotonic() - started
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if faults:
        raise faults[0]
    return counted / passed


def bare_hash_rate(seconds: float) -> float:
    """Argon2id verifications a second in one thread on the server's core, with the provider's default parameters."""
    from argon2 import PasswordHasher

    from idp.settings import Hashing

    cost = Hashing()
    hasher = PasswordHasher(
        time_cost=cost.time_cost, memory_cost=cost.memory_cost, parallelism=cost.parallelism
    )
    stored, done, end = hasher.hash("x"), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        hasher.verify(stored, "x")
        done += 1
    return done / seconds


def measure(
    sides: list[Side], seconds: float, warm_up: float, rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Side → flow → a rate a round; the sides take turns so that a noisy moment meets them all."""
    results: dict[str, dict[str, list[float]]] = {side.name: {} for side in sides}
    names = ["silent flow", "refresh", "userinfo", "introspection", "discovery", "JWKS"]
    for side in sides:
        prepare(side)
        rate(lambda c, s=side: flows(s, c)["silent flow"], side.port, warm_up)  # type: ignore[misc]
    own = sides[0]
    for _ in range(rounds):
        for name in names:
            for side in sides:
                made = rate(lambda c, s=side, n=name: flows(s, c)[n], side.port, seconds)  # type: ignore[misc]
                results[side.name].setdefault(name, []).append(made)
        results[own.name].setdefault("full login", []).append(
            rate(lambda c: full_login(own), own.port, seconds)
        )
        results[own.name].setdefault("bare Argon2id", []).append(bare_hash_rate(seconds))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm-up", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--no-peer", action="store_true", help="the provider alone")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.warm_up, arguments.rounds = 2, 2, 1
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {DRIVER_CORE})
    with ExitStack() as stack:
        sides = [stack.enter_context(provider())]
        if not arguments.no_peer and shutil.which("npm"):
            sides += [stack.enter_context(peer("memory")), stack.enter_context(peer("sqlite"))]
        results = measure(sides, arguments.seconds, arguments.warm_up, arguments.rounds)
        report = {
            side.name: {
                **{name: statistics.median(rates) for name, rates in results[side.name].items()},
                "memory, MB": side.memory(),
                "first answer, s": side.started_in,
            }
            for side in sides
        }
    print(json.dumps(report, indent=2) if arguments.json else table(report))


def table(report: dict[str, dict[str, float]]) -> str:
    """A row a measure, a column a side, and this provider's ratio to each other side."""
    own, *others = report
    heads = [own, *(head for other in others for head in (other, "ratio"))]
    lines = ["| a second |" + "|".join(heads) + "|", "|---" * (len(heads) + 1) + "|"]
    for name, value in report[own].items():
        cells = [f"{value:,.2f}" if value < 10 else f"{value:,.0f}"]
        for other in others:
            theirs = report[other].get(name)
            cells += (
                ["", ""]
                if not theirs
                else [f"{theirs:,.2f}" if theirs < 10 else f"{theirs:,.0f}", f"{value / theirs:.2f}"]
            )
        lines.append(f"| {name} |" + "|".join(cells) + "|")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
