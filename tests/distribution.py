"""Which process runs what, and when. A pytest plugin for `-n`.

A unit of work is a module: what it makes once, it makes in one process. The modules that use the running demonstration
are one unit, for it is started once. Units are handed out as processes become free, the longest first, so that a run does
not end with one process that works and others that wait.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

DEMONSTRATION = (
    "tests/browser/test_journey.py",
    "tests/browser/test_account_paths.py",
    "tests/journeys/test_without_a_script.py",
)
"""Modules that use the fixture `demo`: one unit, named by the first of them."""

LONGEST = (
    "tests/test_fresh_clone.py",
    DEMONSTRATION[0],
)
"""Units that take longest by `--durations`, in that order; all others follow by the number of their tests."""


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config.option, "loadscopereorder"):
        # xdist would put the units with the most tests first, however long these take.
        config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    of_unit: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        of_unit[unit_of(item.nodeid)].append(item)
        if "demo" in getattr(item, "fixturenames", ()) and unit_of(item.nodeid) != DEMONSTRATION[0]:
            raise pytest.UsageError(f"{item.nodeid}: its module uses `demo`, so DEMONSTRATION must name it")
    items[:] = [item for unit in ordered(of_unit) for item in of_unit[unit]]


def unit_of(test: str) -> str:
    """What the test of this id is handed out with."""
    module = test.partition("::")[0]
    return DEMONSTRATION[0] if module in DEMONSTRATION else module


def ordered(of_unit: dict[str, list[Any]]) -> Iterable[str]:
    """The units, the longest first."""
    rank = {unit: place for place, unit in enumerate(LONGEST)}
    return sorted(of_unit, key=lambda unit: (rank.get(unit, len(LONGEST)), -len(of_unit[unit]), unit))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getoption("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return Units(config, log)
