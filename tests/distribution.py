"""Which process runs what, and when. A pytest plugin for `-n`.

A unit of work is a module: what it makes once, it makes in one process. Units are handed out as processes become free, the
longest first, so that a run does not end with one process that works and others that wait.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

MEASURED = Path(__file__).parent / "seconds.json"
"""Seconds of the units that take longest, as `--measure-units` has written them."""

WORTH_WRITING = 2.0
"""Seconds from which a unit is written down; for all others what their tests ask for is a good guess."""

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("distribution").addoption(
        "--measure-units",
        action="store_true",
        help=f"write what each module has taken to tests/{MEASURED.name}, for the order of later runs",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.measure_units and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Measure(), "measure-of-units")
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
    """What the test of this id is handed out with: its module."""
    return test.partition("::")[0]


def ordered(of_unit: dict[str, list[Any]]) -> Iterable[str]:
    """The units, the longest first."""
    known = measured()
    seconds = {unit: known.get(unit, 0.0) or sum(map(expected, items)) for unit, items in of_unit.items()}
    return sorted(of_unit, key=lambda unit: (-seconds[unit], unit))


def measured() -> dict[str, float]:
    """Unit → seconds that its tests take together on a machine that does nothing else."""
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

    return Units(config, log)


class _Measure:
    """Adds up what the tests of each unit take, in the process that sees the whole run."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[unit_of(report.nodeid)] += report.duration

    def pytest_sessionfinish(self) -> None:
        seconds = {**measured(), **self.seconds}
        kept = sorted((-round(taken, 1), unit) for unit, taken in seconds.items() if taken >= WORTH_WRITING)
        lines = [f'  "{unit}": {-taken}' for taken, unit in kept if (MEASURED.parent.parent / unit).is_file()]
        MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
