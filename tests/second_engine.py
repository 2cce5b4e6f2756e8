"""Runs tests again on the other engine, for functions whose SQL the draw has sent to one engine alone. A pytest plugin."""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.engines import ENGINES, ROOT, executed, gathered, one_sided, take_over

PATIENCE = 600
"""Seconds for the tests of an engine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("engines").addoption(
        "--gathered-to",
        type=Path,
        help="write what was sent to each engine to this file, for a run that calls this one",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_SecondEngine(), "second-engine")


class _SecondEngine:
    """Works in the process that sees the whole run, before the others judge it."""

    def __init__(self) -> None:
        self._outputs: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Any:
        option = session.config.option
        if not hasattr(session.config, "workeroutput"):
            if option.gathered_to is not None:
                option.gathered_to.write_text(json.dumps(gathered()), encoding="utf-8")
                # The run that has called this one judges.
                option.statements_on_both = False
            elif option.statements_on_both and option.engines == "sample":
                self._run_on_the_other(session)
        return (yield)

    def _run_on_the_other(self, session: pytest.Session) -> None:
        # Both engines at the same time: nothing else runs any more.
        listed = twins()
        with ThreadPoolExecutor() as threads:
            for done, seen in threads.map(_run, listed, listed.values()):
                take_over(seen)
                if done.returncode:
                    self._outputs.append(done.stdout[-20_000:])
                    session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for output in self._outputs:
            terminalreporter.section("tests that were run again on the other engine")
            terminalreporter.write(output)


def _run(engine: str, tests: set[str]) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """The tests in a process of their own on `engine`: how it ended, and what it gathered."""
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder) / "gathered.json"
        options = ["-n0", f"--engines={engine}", "--statements-on-both", f"--gathered-to={seen}"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *sorted(tests)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done, json.loads(seen.read_text(encoding="utf-8")) if seen.exists() else {}


def twins() -> dict[str, set[str]]:
    """Engine → tests to run on it: the twin of one test of each function that the other engine alone has seen."""
    tests: dict[str, set[str]] = {}
    for function, engine in one_sided().items():
        test, second = executed[engine][function], ENGINES[engine == ENGINES[0]]
        if engine in test:
            tests.setdefault(second, set()).add(test.replace(engine, second, 1))
    return tests
