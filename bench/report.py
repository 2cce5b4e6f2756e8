"""The tables of a run, as Markdown for docs/performance.md: minimum, median and maximum of the rounds, and ratios.

A ratio compares this provider (SQLite, one worker) with a side in the same round, in which the sides take turns: what slows the
machine for a while meets both. Above 1 this provider is the faster. Of a ratio too the median, minimum and maximum are shown.
"""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bench.limits import LIMITS, limit
from bench.measuring import Measured

Results = dict[str, dict[str, list[Measured]]]
"""Flow → side → a measurement a round. The first side of a flow is this provider on SQLite."""
BUSY = 1.1
"""Time by processor time of the calibration from which a measurement was beside other work."""
DRIVEN = 0.9
"""Part of its core from which the driver, not the server, limits the rate."""


@dataclass
class Run:
    """What was measured. `memory`: side → MB idle, MB after. `logins`: hash and login in one process, by round."""

    rounds: int
    seconds: float
    machine: str
    results: Results
    memory: dict[str, tuple[float, float]]
    started_in: dict[str, float]
    versions: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    algorithms: dict[str, str] = field(default_factory=dict)
    bare_hash: list[float] = field(default_factory=list)
    login_inside: list[float] = field(default_factory=list)
    """Microseconds of processor time, in one process, alternately."""
    units: dict[str, float] = field(default_factory=dict)
    """`bench.limits`: microseconds of processor time."""


def markdown(run: Run) -> str:
    """Every table of the page."""
    parts = [_conditions(run)]
    if run.results:
        parts += [_ratios(run), _flows(run), _delays(run), _processes(run), _logins(run), _limits(run)]
    return "\n\n".join(part for part in parts if part)


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def spread(values: list[float], form: str = ",.0f") -> str:
    """Median (minimum–maximum)."""
    if len(values) == 1:
        return format(values[0], form)
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def _conditions(run: Run) -> str:
    every = [measured for sides in run.results.values() for rounds in sides.values() for measured in rounds]
    left_out = [f"Left out: {name}, for {reason}." for name, reason in run.left_out.items()]
    if not every:
        return "\n".join(["Nothing was measured.", *left_out])
    shared = sorted(measured.calibration.shared for measured in every)
    units = sorted(measured.calibration.unit for measured in every)
    busy = sum(share > BUSY for share in shared)
    middle = statistics.median(units)
    lines = [
        f"{run.machine}; {run.rounds} rounds of {run.seconds:g} s, eight connections. Versions: "
        + "; ".join(f"{name}: {number}" for name, number in run.versions.items())
        + ".",
        f"Calibration before each of {len(every)} measurements: the core's speed was {middle / units[-1]:.2f} to {middle / units[0]:.2f} "
        f"times its median; {busy} measurements were beside other work (at most {shared[-1]:.1f} on one core).",
    ]
    not_es256 = {name: kind for name, kind in run.algorithms.items() if kind != "ES256"}
    if not_es256:
        lines.append(
            "ES256 everywhere but " + ", ".join(f"{name} ({kind})" for name, kind in not_es256.items()) + "."
        )
    return "\n".join([*run.remarks, *lines, *left_out])


def ratios(own: list[Measured], second: list[Measured], kind: Callable[[Measured], float]) -> list[float]:
    """Round by round: `kind` of the first side by that of the other."""
    return [kind(measured) / kind(compared) for measured, compared in zip(own, second, strict=True)]


def _ratios(run: Run) -> str:
    """The summary: rate and processor time, and the ratio of processor times against each other side."""
    sides = list(dict.fromkeys(side for by_side in run.results.values() for side in by_side))
    rows = []
    for name, by_side in run.results.items():
        own = by_side[sides[0]]
        row = [
            name,
            spread([measured.rate for measured in own]),
            spread([measured.processor for measured in own]),
        ]
        for side in sides[1:]:
            if side not in by_side:
                row.append("–")
                continue
            times = ratios(by_side[side], own, lambda measured: measured.processor + measured.database)
            row.append(spread(times, ".2f"))
        rows.append(row)
    head = ["flow", "a second", "processor, µs", *(f"× {side}" for side in sides[1:])]
    return (
        "Ratios of processor time (side by this provider on SQLite; above 1 this provider needs less):\n\n"
        + table(head, rows)
    )


def _flows(run: Run) -> str:
    rows = []
    for name, by_side in run.results.items():
        own = next(iter(by_side.values()))
        for side, rounds in by_side.items():
            times = [measured.processor for measured in rounds]
            processor = spread(times)
            if any(measured.database for measured in rounds):
                processor += f" + {spread([measured.database for measured in rounds])} in the database server"
            driven = max(measured.driver for measured in rounds) > DRIVEN
            rate = spread([measured.rate for measured in rounds]) + (
                ", limited by the driver" if driven else ""
            )
            ratio = (
                "" if rounds is own else spread(ratios(own, rounds, lambda measured: measured.rate), ".2f")
            )
            rows.append([name, side, rate, processor, ratio])
    return table(["flow", "side", "a second", "processor, µs", "ratio of rates"], rows)


def _delays(run: Run) -> str:
    rows = []
    for name, by_side in run.results.items():
        for side, rounds in by_side.items():
            delays = [
                spread([getattr(measured, kind) for measured in rounds], ".1f")
                for kind in ("p50", "p99", "longest")
            ]
            tail = spread([measured.p99 / measured.p50 for measured in rounds], ".1f")
            rows.append([name, side, *delays, tail])
    return table(["flow", "side", "p50, ms", "p99, ms", "longest, ms", "p99 by p50"], rows)


def _processes(run: Run) -> str:
    rows = [
        [side, f"{idle:.0f}", f"{after:.0f}", f"{run.started_in[side]:.2f}"]
        for side, (idle, after) in run.memory.items()
    ]
    return table(["side", "memory idle, MB", "after, MB", "start to first answer, s"], rows)


def _logins(run: Run) -> str:
    if not run.bare_hash:
        return ""
    above = [login / bare - 1 for login, bare in zip(run.login_inside, run.bare_hash, strict=True)]
    rows = [
        ["bare Argon2id verification", spread(run.bare_hash), ""],
        ["full login: five requests, one hash", spread(run.login_inside), spread(above, "+.1%")],
    ]
    return "In one process, without a server, by turns:\n\n" + table(
        ["act", "processor, µs", "above the hash"], rows
    )


def _limits(run: Run) -> str:
    if not run.units:
        return ""
    rows = []
    for name, parts in LIMITS.items():
        if name not in run.results:
            continue
        own = statistics.median(measured.processor for measured in next(iter(run.results[name].values())))
        least = limit(name, run.units)
        assert least is not None
        units = ", ".join(f"{number} × {unit}" if number > 1 else unit for unit, number in parts.items())
        rows.append([name, units, f"{least:,.0f}", f"{own:,.0f}", f"{own / least:.1f}"])
    each = ", ".join(f"{unit} {time:,.0f} µs" for unit, time in run.units.items())
    return (
        f"What would remain if the provider's own code cost nothing; units on this machine: {each}.\n\n"
        + table(["flow", "units", "limit, µs", "processor, µs", "times the limit"], rows)
    )
