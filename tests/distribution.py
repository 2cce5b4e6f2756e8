"""Which process runs what, and when. A pytest plugin for `-n`.

A unit of work is a module: what it makes once, it makes in one process. Units are handed out as processes become free, the
longest first, so that a run does not end with one process that works and others that wait.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

LONGEST = (
    "tests/operations/test_operators_page.py",
    "tests/oracle/test_everybody.py",
    "tests/operations/test_demo.py",
    "tests/browser/test_forms_twice.py",
    "tests/test_fresh_clone.py",
    "tests/browser/test_account_paths.py",
    "tests/browser/test_journey.py",
    "tests/journeys/test_without_a_script.py",
    "tests/operations/test_crashes.py",
    "tests/operations/test_request_bodies.py",
)
"""Units that take longest, in that order; all others follow by what their tests ask for."""

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


def pytest_configure(config: pytest.Config) -> None:
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
    rank = {unit: place for place, unit in enumerate(LONGEST)}
    seconds = {unit: sum(map(expected, items)) for unit, items in of_unit.items()}
    return sorted(of_unit, key=lambda unit: (rank.get(unit, len(LONGEST)), -seconds[unit], unit))


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
