"""What a run costs in processor time, by folder, module and test. A pytest plugin: `--processor-times`.

A clock says little on a machine that others use too. Counted is the time of the process that runs a test and of all
below it, those included that have left their parent (PostgreSQL, Chromium, servers), set-up and tear-down too. What is made
once for a module or a run counts for the test that has asked for it first.
"""

import contextlib
import ctypes
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TICKS = os.sysconf("SC_CLK_TCK")
SHOWN = 40
_PR_SET_CHILD_SUBREAPER = 36


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("processor times").addoption(
        "--processor-times",
        action="store_true",
        help="print the folders, modules and tests that take most processor time",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.processor_times:
        # A process whose parent has ended stays below this one, where it is counted.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        config.pluginmanager.register(_Times(), "processor-time-of-tests")


def used() -> float:
    """Processor seconds of this process, of its descendants and of those that these have waited for."""
    return _used_below(os.getpid()) / TICKS


def _used_below(pid: int) -> int:
    # What has ended meanwhile is counted, or will be, as its parent's.
    ticks, gone = 0, (FileNotFoundError, ProcessLookupError)
    with contextlib.suppress(*gone):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = sum(map(int, fields[11:15]))
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(*gone):
                children = Path(f"/proc/{pid}/task/{thread}/children").read_text()
                ticks += sum(_used_below(int(child)) for child in children.split())
    return ticks


class _Times:
    """Gathers what each process of a run has used, and prints it at the end."""

    def __init__(self) -> None:
        self.of_test: Counter[str] = Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[Any]:
        begun = used()
        result = yield
        self.of_test["collection::"] += used() - begun
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        begun = used()
        result = yield
        self.of_test[item.nodeid] += used() - begun
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.of_test.update(getattr(node, "workeroutput", {}).get("processor times", {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["processor times"] = dict(self.of_test)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        of_module: Counter[str] = Counter()
        of_folder: Counter[str] = Counter()
        for test, seconds in self.of_test.items():
            module = test.partition("::")[0]
            of_module[module] += seconds
            of_folder[os.path.dirname(module) or module] += seconds
        terminalreporter.section(f"processor time: {self.of_test.total():.0f} s")
        for times in (of_folder, of_module, self.of_test):
            for name, seconds in times.most_common(SHOWN):
                terminalreporter.line(f"{seconds:8.2f}  {name}")
            terminalreporter.line("")
