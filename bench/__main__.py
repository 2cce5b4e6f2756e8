"""`python -m bench`: rounds of all sides in turn: rates, processor time, delays, memory, and ratios."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench import limits, report
from bench.flows import NAMES, Flow, flows, full_login, prepare
from bench.http import Connection
from bench.measuring import measure
from bench.peers import django_oauth_toolkit, keycloak, oidc_provider
from bench.peers.installing import NotInstalled
from bench.postgresql import temporary
from bench.sides import DRIVER_CORE, SERVER_CORE, NotStarted, Side, pinned, prepared, provider, save

OWN = ("sqlite", "postgresql", "workers")
PEERS = ("memory", "node-sqlite", "keycloak", "django")
LOGIN = "full login"
Maker = Callable[[], AbstractContextManager[Side]]


def makers() -> dict[str, Maker]:
    """Each side that can be measured, by its name on the command line."""
    return {
        "sqlite": provider,
        "postgresql": on_postgresql,
        "workers": lambda: provider(port=8712, workers=2),
        "memory": lambda: oidc_provider.oidc_provider("memory"),
        "node-sqlite": lambda: oidc_provider.oidc_provider("sqlite"),
        "keycloak": keycloak.keycloak,
        "django": django_oauth_toolkit.django_oauth_toolkit,
    }


@contextmanager
def on_postgresql() -> Iterator[Side]:
    """This provider with a PostgreSQL on the same core."""
    affinity(SERVER_CORE)
    with ExitStack() as stack:
        url = stack.enter_context(temporary())
        affinity(DRIVER_CORE)
        with provider(port=8711, database=url) as side:
            folder = Path(parse_qs(urlsplit(url).query)["host"][0])
            side.extra["postmaster"] = int((folder / "postmaster.pid").read_text().split()[0])
            yield side


def affinity(core: int) -> None:
    """This process runs on one core from now on, and what it starts."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of a measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one short round, short warm-ups")
    parser.add_argument("--no-peer", action="store_true", help="the provider alone")
    parser.add_argument("--one", action="store_true", help="one web worker on SQLite alone")
    parser.add_argument("--sides", help=f"of {', '.join(OWN + PEERS)}, by comma; the first is compared with")
    parser.add_argument(
        "--markdown", action="store_true", help="the tables of docs/performance.md (the default)"
    )
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.rounds = 2, 1
    names = list(OWN[:1] if arguments.one else OWN if arguments.no_peer else OWN + PEERS)
    if arguments.sides:
        names = arguments.sides.split(",")
    if unknown := set(names) - set(makers()):
        parser.error(f"no such side: {', '.join(sorted(unknown))}")
    run = measured(names, arguments.rounds, arguments.seconds, 0.2 if arguments.quick else 1.0)
    if arguments.json:
        print(json.dumps(asdict(run), indent=2))
    else:
        print(report.markdown(run))


def measured(names: list[str], rounds: int, seconds: float, warmed: float) -> report.Run:
    """A run of the sides. `warmed`: part of each side's warm-up. A side that cannot be had is left out."""
    run = report.Run(rounds, seconds, machine(), {}, {}, {})
    if warmed < 1:
        run.remarks.append("Shortened warm-ups: that everything runs, not how fast.")
    affinity(DRIVER_CORE)
    with ExitStack() as stack:
        sides = started(names, stack, run)
        idle = {side.name: side.memory() for side in sides}
        sides = [side for side in sides if warm(side, warmed, run)]
        run.results = {name: {side.name: [] for side in sides} for name in (*NAMES, LOGIN) if sides}
        for number in range(rounds):
            # The sides take turns, so that noise of the machine meets all of them.
            for name, by_side in run.results.items():
                for side in sides:
                    by_side[side.name].append(measure(side, flow_of(side, name), seconds))
            progress(f"round {number + 1} of {rounds} is done")
        run.memory = {side.name: (idle[side.name], side.memory()) for side in sides}
    run.versions = versions(names, run)
    if OWN[0] in names:
        run.units = limits.measured(seconds)
        pairs = logins(rounds, seconds)
        run.bare_hash, run.login_inside = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return run


def started(names: list[str], stack: ExitStack, run: report.Run) -> list[Side]:
    """The sides that answer; a peer that does not is left out."""
    sides: list[Side] = []
    for name in names:
        try:
            side = stack.enter_context(makers()[name]())
        except (NotInstalled, NotStarted) as fault:
            if name in OWN:
                raise
            leave_out(name, fault, run)
            continue
        sides.append(side)
        side.extra["option"] = name
        run.started_in[side.name], run.algorithms[side.name] = side.started_in, side.algorithm
        progress(f"{side.name}: first answer after {side.started_in:.1f} s")
    return sides


def warm(side: Side, warmed: float, run: report.Run) -> bool:
    """Sign in and make each flow for a while. A peer whose flow is not answered as it must is left out: False."""
    parts = {"silent flow": 1.0, **dict.fromkeys((*NAMES[1:], LOGIN), 1 / 6)}
    try:
        prepare(side)
        for name, part in parts.items():
            measure(side, flow_of(side, name), side.warm_up * warmed * part)
    except Exception as fault:
        name = str(side.extra["option"])
        if name in OWN:
            raise
        leave_out(name, fault, run)
        return False
    progress(f"{side.name} is warm")
    return True


def leave_out(name: str, fault: Exception, run: report.Run) -> None:
    """A peer that cannot be measured: named in the result, no end of the run."""
    run.left_out[name] = str(fault)[:300] or type(fault).__name__
    progress(f"{name} is left out: {run.left_out[name]}")


def flow_of(side: Side, name: str) -> Callable[[Connection, int], Flow]:
    """Makes the flow of that name for a connection and its number."""
    if name == LOGIN:
        return lambda connection, number: full_login(side)
    return lambda connection, number: flows(side, connection, number)[name]


def logins(rounds: int, seconds: float) -> list[list[float]]:
    """Microseconds of a hash and of a login, a pair a round, in a process on the server's core."""
    with tempfile.TemporaryDirectory(prefix="bench-logins-") as temporary:
        side = prepared(Path(temporary), port=8713)
        save(side, Path(temporary))
        command = [sys.executable, "-m", "bench.logins", temporary, str(rounds), str(seconds)]
        root = Path(__file__).parent.parent
        patience = 60 + 4 * rounds * (seconds + 1)
        done = subprocess.run(
            command, cwd=root, preexec_fn=pinned, capture_output=True, text=True, check=True, timeout=patience
        )
    pairs: list[list[float]] = json.loads(done.stdout)
    return pairs


def machine() -> str:
    """The processor and what this provider runs on."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{os.cpu_count()} cores, {names[0] if names else platform.machine()}, Python {platform.python_version()}"


def versions(names: list[str], run: report.Run) -> dict[str, str]:
    """Of the peers that were measured."""
    known: dict[str, tuple[str, Callable[[], str]]] = {
        "oidc-provider": ("memory node-sqlite", oidc_provider.version),
        "Keycloak": ("keycloak", keycloak.version),
        "django-oauth-toolkit": ("django", django_oauth_toolkit.version),
    }
    return {
        name: version()
        for name, (sides, version) in known.items()
        if any(side in names and side not in run.left_out for side in sides.split())
    }


def progress(line: str) -> None:
    """Beside the tables, which go to the standard output."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
