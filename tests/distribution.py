"""Which process runs what, and when. A pytest plugin for `-n`.

A unit of work is a module: what it makes once, it makes in one process. Units are handed out as processes become free, the
longest first, so that a run does not end with one process that works and others that wait. Modules whose tests wait for
deadlines of the provider are one unit: no two processes wait at the same time. Where there is a process more than work for the
processors, that unit is all it does: the others work as if nobody waited.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

MEASURED = Path(__file__).parent / "seconds.json"
"""Seconds of the modules that take longest, as `--measure-modules` has written them."""

WORTH_WRITING = 2.0
"""Seconds from which a module is written down; for all others what their tests ask for is a good guess."""

SECONDS = {
    "providers": 6.0,
    "start_node": 3.0,
    "apache": 3.0,
    "installation": 3.0,
    "proxied": 3.0,
    "demo": 3.0,
    "desk": 2.5,
    "served": 0.5,
}
"""Fixture → about how long a test with it takes. What starts processes or opens pages in Chromium takes long."""

OF_ANY_TEST = 0.1

WAITING = "tests that wait"
WAIT = {
    "tests/browser/test_waiting_page.py",
    "tests/observability/test_service.py",
    "tests/operations/test_crashes.py",
    "tests/operations/test_database_deadlines.py",
    "tests/operations/test_request_bodies.py",
    "tests/operations/test_serve.py",
}
"""Modules of the unit WAITING: they take two seconds or more for each second of processor time."""

WORKING = 3
"""Processes that keep two processors busy: a test in a browser, or with a server, waits for it now and then."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("distribution").addoption(
        "--measure-modules",
        action="store_true",
        help=f"write what each module has taken to tests/{MEASURED.name}, for the order of later runs",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.measure_modules and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Measure(), "measure-of-modules")
    if hasattr(config.option, "loadscopereorder"):
        # xdist would put the units with the most tests first, however long these take.
        config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    of_unit: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        of_unit[unit_of(item.nodeid)].append(item)
    items[:] = [item for unit in ordered(of_unit) for item in of_unit[unit]]


def unit_of(test: str) -> str:
    """What the test of this id is handed out with: its module, or all of WAITING."""
    module = module_of(test)
    return WAITING if module in WAIT else module


def module_of(test: str) -> str:
    return test.partition("::")[0]


def ordered(of_unit: dict[str, list[Any]]) -> list[str]:
    """The units, the longest first."""
    known = measured()
    known[WAITING] = sum(known.get(module, 0.0) for module in WAIT)
    seconds = {unit: known.get(unit, 0.0) or sum(map(expected, items)) for unit, items in of_unit.items()}
    return sorted(of_unit, key=lambda unit: (-seconds[unit], unit))


def is_for_waiting_alone(units: Collection[str], processes: int) -> bool:
    """Whether the process that has had these units gets no other."""
    return WAITING in units and processes > WORKING


def measured() -> dict[str, float]:
    """Module → seconds that its tests take together on a machine that does nothing else."""
    return dict(json.loads(MEASURED.read_text(encoding="utf-8")))


def expected(item: Any) -> float:
    """About how many seconds a test takes: as long as the dearest of its fixtures."""
    return max(
        (SECONDS.get(name, OF_ANY_TEST) for name in getattr(item, "fixturenames", ())), default=OF_ANY_TEST
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getoption("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

        def _reschedule(self, node: Any) -> None:
            if not node.shutting_down and is_for_waiting_alone(self.assigned_work[node], self.numnodes):
                # It ends with the tests that it has.
                node.shutdown()
            super()._reschedule(node)

    return Units(config, log)


class _Measure:
    """Adds up what the tests of each module take, in the process that sees the whole run."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[module_of(report.nodeid)] += report.duration

    def pytest_sessionfinish(self) -> None:
        seconds = {**measured(), **self.seconds}
        longest = sorted(
            (-round(taken, 1), module)
            for module, taken in seconds.items()
            if taken >= WORTH_WRITING and (MEASURED.parent.parent / module).is_file()
        )
        lines = [f'  "{module}": {-taken}' for taken, module in longest]
        MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
