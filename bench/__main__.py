"""`python -m bench`: rounds of all sides in turn: rates, processor time, delays, and ratios."""

import argparse
import json
import os
import shutil
import statistics
import time
from contextlib import ExitStack
from dataclasses import asdict

from bench.flows import flows, full_login, prepare
from bench.measuring import Measured, measure
from bench.postgresql import temporary
from bench.sides import DRIVER_CORE, Side, peer, provider

NAMES = ("silent flow", "refresh", "userinfo", "introspection", "discovery", "JWKS")
Results = dict[str, dict[str, list[Measured]]]
"""Flow → side → a measurement a round."""


def bare_hash(seconds: float) -> Measured:
    """Argon2id verifications in one thread, with the provider's default parameters."""
    from argon2 import PasswordHasher

    from idp.settings import Hashing

    cost = Hashing()
    hasher = PasswordHasher(
        time_cost=cost.time_cost, memory_cost=cost.memory_cost, parallelism=cost.parallelism
    )
    stored, done = hasher.hash("x"), 0
    spent, began = time.process_time(), time.monotonic()
    while time.monotonic() < began + seconds:
        hasher.verify(stored, "x")
        done += 1
    each = (time.process_time() - spent) / done
    return Measured(done / (time.monotonic() - began), each * 1e6, each * 1e3, each * 1e3, each * 1e3)


def run(sides: list[Side], seconds: float, warm_up: float, rounds: int) -> Results:
    """The sides take turns, so that noise of the machine meets all of them."""
    results: Results = {name: {side.name: [] for side in sides} for name in NAMES}
    for side in sides:
        prepare(side)
        measure(side, lambda c, s=side: flows(s, c)["silent flow"], warm_up)  # type: ignore[misc]
    logins = [side for side in sides if side.usernames]
    results["full login"] = {side.name: [] for side in logins}
    results["bare Argon2id"] = {sides[0].name: []}
    for _ in range(rounds):
        for name in NAMES:
            for side in sides:
                made = measure(side, lambda c, s=side, n=name: flows(s, c)[n], seconds)  # type: ignore[misc]
                results[name][side.name].append(made)
        for side in logins:
            results["full login"][side.name].append(measure(side, lambda _, s=side: full_login(s), seconds))  # type: ignore[misc]
        results["bare Argon2id"][sides[0].name].append(bare_hash(seconds))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm-up", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--no-peer", action="store_true", help="the provider alone")
    parser.add_argument("--one", action="store_true", help="one web worker on SQLite alone")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.warm_up, arguments.rounds = 2, 2, 1
    with ExitStack() as stack:
        # Before the driver takes its core: the database server may use both.
        url = None if arguments.one else stack.enter_context(temporary())
        if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(0, {DRIVER_CORE})
        sides = [stack.enter_context(provider())]
        if url is not None:
            sides.append(stack.enter_context(provider(port=8711, database=url)))
            sides.append(stack.enter_context(provider(port=8712, workers=2)))
        if not arguments.no_peer and shutil.which("npm"):
            sides += [stack.enter_context(peer("memory")), stack.enter_context(peer("sqlite"))]
        results = run(sides, arguments.seconds, arguments.warm_up, arguments.rounds)
        of_processes = {side.name: (side.memory(), side.started_in) for side in sides}
    if arguments.json:
        plain = {
            name: {side: [asdict(one) for one in rounds] for side, rounds in by_side.items()}
            for name, by_side in results.items()
        }
        print(json.dumps({"flows": plain, "memory MB, first answer s": of_processes}, indent=2))
    else:
        print(table(results), *processes(of_processes), sep="\n")


def table(results: Results) -> str:
    """A row a flow and side: median rate with its range, processor time, delays, and the first side's rate by this side's."""
    lines = [
        "| flow | side | a second (least, most) | processor, µs | p50, p99, longest, ms | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for name, by_side in results.items():
        own = _median(next(iter(by_side.values())), "rate")
        for side, rounds in by_side.items():
            rates = [measured.rate for measured in rounds]
            rate = statistics.median(rates)
            delays = ", ".join(f"{_median(rounds, kind):.1f}" for kind in ("p50", "p99", "longest"))
            lines.append(
                f"| {name} | {side} | {rate:,.0f} ({min(rates):,.0f}, {max(rates):,.0f}) "
                f"| {_median(rounds, 'processor'):,.0f} | {delays} | {own / rate:.2f} |"
            )
    return "\n".join(lines)


def processes(of_processes: dict[str, tuple[float, float]]) -> list[str]:
    """Memory of the largest process and seconds to the first answer, a line a side."""
    return [f"{side}: {memory:.0f} MB, {began:.2f} s" for side, (memory, began) in of_processes.items()]


def _median(rounds: list[Measured], kind: str) -> float:
    return statistics.median(getattr(measured, kind) for measured in rounds)


if __name__ == "__main__":
    main()
