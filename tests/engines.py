"""On which engine a test runs. A pytest plugin.

Tests of SQL, of races and of the hot path bear `@pytest.mark.both_engines` and run on SQLite and on PostgreSQL. Of every
other test that takes `database_url` one engine is drawn, by a seed that changes with the commit: the header of the run
shows it, and `--engine-seed` draws the same again. `--engines=both` runs everything on both.

What the draw must never hide is held by `--statements-on-both`: of each function of the provider that has sent SQL to one engine
alone, a test is run again on the other (`tests.second_engine`); a function that still has not sent any there fails the run. `--plans` has `tests.plans` look at how each engine would execute each statement.
"""

import contextlib
import hashlib
import re
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Engine, event

from idp.database.compiled import Prepared

ENGINES = ("sqlite", "postgresql")
ROOT = Path(__file__).parent.parent
_PRODUCT, _TESTS = f"{ROOT / 'idp'}/", f"{ROOT / 'tests'}/"
_BELOW = {
    f"{ROOT}/idp/{name}.py"
    for name in (
        "database/engine",
        "database/deadlines",
        "database/compiled",
        "database/slots",
        "database/upserts",
        "database/chunks",
        "database/statistics",
    )
}
executed: dict[str, dict[str, str]] = defaultdict(dict)
"""Engine → function of the provider ("idp/people/storage/accounts.py by_id") that has sent SQL to it → a test that called it."""
statements: dict[str, dict[str, str]] = defaultdict(dict)
"""Engine → statement → a function of the provider that has sent it."""

_LIST = re.compile(r"IN \((\?|%\(\w+\)s(?:::[\w ]+)?)(?:, (?:\?|%\(\w+\)s(?:::[\w ]+)?))+\)")
"""A list of values: a statement is kept once, whatever their number."""

_noted: set[tuple[str, object, str]] = set()
"""Engine, code of a function and statement that need no second look."""

_here = threading.local()
_test = ""
"""The test that runs now."""

ON_ONE_ENGINE = {
    # PostgreSQL's own locks; SQLite has one writer at a time.
    "idp/people/storage/account_creation.py lock_creation",
    # PostgreSQL's ANALYZE of the tables that an import has filled; its other statements are its storage modules'.
    "idp/imports/write.py write_in",
    # PostgreSQL's NOTIFY; SQLite is polled.
    "idp/database/notifications.py send",
}
"""Functions whose SQL may run on one engine alone. Migrations are run on both by tests/operations/test_migrations.py."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("engines")
    group.addoption(
        "--engines",
        choices=["sample", "both", *ENGINES],
        default="sample",
        help="sample: both where it matters, elsewhere one that the seed draws",
    )
    group.addoption("--engine-seed", help="draws the engine of a test; default: the tree of HEAD")
    group.addoption(
        "--statements-on-both",
        action="store_true",
        help="fail if a function of the provider has sent SQL to one engine alone",
    )
    group.addoption(
        "--plans",
        action="store_true",
        help="fail if a statement of the run reads more the more people there are",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_engines: runs on SQLite and on PostgreSQL in every run")
    # The processes of a run take the seed from the one that has started them.
    if config.option.engine_seed is None:
        config.option.engine_seed = _tree_of_head()
    config.pluginmanager.register(_Statements(), "statements-on-both")


def _tree_of_head() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD^{tree}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "no commit"
    return done.stdout.strip()[:12]


def pytest_report_header(config: pytest.Config) -> str:
    return f"engines: --engines={config.option.engines} --engine-seed={config.option.engine_seed}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen, seed = config.option.engines, config.option.engine_seed
    running, dropped = [], []
    twins = {_without_engine(item) for item in items if _engine(item) == ENGINES[0]}
    twins &= {_without_engine(item) for item in items if _engine(item) == ENGINES[1]}
    for item in items:
        engine = _engine(item)
        if (
            _without_engine(item) in twins
            and _is_a_race(item)
            and not item.get_closest_marker("both_engines")
        ):
            raise pytest.UsageError(f"{item.nodeid} is a race: mark it both_engines")
        if chosen in ENGINES:
            runs = engine in (None, chosen)
        elif (
            chosen == "both" or item.get_closest_marker("both_engines") or _without_engine(item) not in twins
        ):
            runs = True
        else:
            runs = engine in (None, drawn(_without_engine(item), seed))
        (running if runs else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = running


def drawn(test: str, seed: str) -> str:
    """The engine of a test that runs on one."""
    return ENGINES[draw(test, seed) % 2]


def draw(name: str, seed: str) -> int:
    """0 to 255, the same for the same name and seed."""
    return hashlib.sha256(f"{seed} {name}".encode()).digest()[0]


def _engine(item: pytest.Item) -> str | None:
    """The engine of an item whose database is chosen by parameter, else None."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("database_url") if callspec is not None else None


def _without_engine(item: pytest.Item) -> str:
    engine = _engine(item)
    return item.nodeid if engine is None else item.nodeid.replace(engine, "", 1)


def _is_a_race(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "at_once" in item.function.__code__.co_names


@contextlib.contextmanager
def not_noted() -> Iterator[None]:
    """What runs meanwhile in this thread counts for no engine, as if it were a process of its own."""
    _here.not_noted = True
    try:
        yield
    finally:
        _here.not_noted = False


def note(engine: str, statement: str) -> None:
    """Keep `statement`, and the innermost function of the provider, above its database modules, that has led here."""
    if getattr(_here, "not_noted", False):
        return
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_TESTS) and name != __file__:
            # A statement of a test's own.
            return
        if name.startswith(_PRODUCT) and name not in _BELOW:
            seen = (engine, frame.f_code, statement)
            if seen in _noted:
                return
            function = f"{name[len(str(ROOT)) + 1 :]} {frame.f_code.co_qualname}"
            if engine not in executed[engine].get(function, ""):
                executed[engine][function] = _test
            statements[engine].setdefault(_LIST.sub("IN (\\1)", statement), function)
            # A test whose id names its engine is the one that can be run again on the other.
            if engine in executed[engine][function]:
                _noted.add(seen)
            return
        frame = frame.f_back


class _Statements:
    """Gathers what each process of a run has executed, and compares at its end."""

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if session.config.option.statements_on_both or session.config.option.plans:
            event.listen(Engine, "before_cursor_execute", _executing)
            say = Prepared._execute

            def saying(prepared: Prepared, connection: Any, parameters: Any) -> Any:
                note(connection.dialect.name, prepared._for(connection, parameters)[0])
                return say(prepared, connection, parameters)

            Prepared._execute = saying  # type: ignore[method-assign]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        global _test
        _test = nodeid

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        take_over(getattr(node, "workeroutput", {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput |= gathered()
        elif config.option.statements_on_both and one_sided():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if config.option.statements_on_both and (functions := one_sided()):
            terminalreporter.section("SQL that ran on one engine alone: no test of it runs on the other")
            for line, engine in functions.items():
                terminalreporter.line(f"{line}: {engine} only")


def _executing(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    note(connection.dialect.name, statement)


def gathered() -> dict[str, Any]:
    """What this process has seen, as plain values for another process."""
    return {
        "executed": {engine: dict(functions) for engine, functions in executed.items()},
        "statements": {engine: dict(texts) for engine, texts in statements.items()},
    }


def take_over(seen: dict[str, Any]) -> None:
    """Add what another process has `gathered`."""
    for engine, functions in seen.get("executed", {}).items():
        for function, test in functions.items():
            if engine not in executed[engine].get(function, ""):
                executed[engine][function] = test
    for engine, texts in seen.get("statements", {}).items():
        statements[engine] = texts | statements[engine]


def one_sided() -> dict[str, str]:
    """Function → the only engine that has had its SQL."""
    sqlite, postgresql = (executed[engine].keys() for engine in ENGINES)
    functions = {
        line
        for line in sqlite ^ postgresql
        if not line.startswith(("idp/database/migrations/", "idp/database/schema.py"))
    }
    return {line: "sqlite" if line in sqlite else "postgresql" for line in sorted(functions - ON_ONE_ENGINE)}
