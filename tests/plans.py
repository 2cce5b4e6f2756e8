"""No statement may read more the more people there are. A pytest plugin: `--plans`, with which `make test` runs.

`tests.engines` gathers every statement that the provider sends during a run. At its end each engine is asked how it would
execute each of them. A finding fails the run: a large table read from end to end, or an index search that meets thousands
of rows. SQLite is asked twice, with the statistics of an academy (`tests.sizes`) and with none; PostgreSQL with sequential
scans switched off: one that remains means that no index serves.
"""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.databases import fresh_database, store
from tests.engines import ENGINES, statements
from tests.sizes import ALLOWED, LARGE, SMALL, rows_of_index

TOO_MANY = 5_000
"""Rows that one search of an index may meet: more than a large school has, fewer than any number that grows with the academy."""
_ASKED = ("SELECT", "UPDATE", "DELETE", "WITH")
_NAMES = re.compile(r'\b"?(\w+)"? AS "?(\w+)"?')
_SEARCH = re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX (\w+) \((.+)\)")
_SHORT_LIST, _LONG_LIST = re.compile(r"IN \(\?\)"), f"IN ({', '.join('?' * 500)})"
"""A list of one value, and of as many as a school may need."""
_PLACE = re.compile(r"%\((\w+)\)s|%s")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Plans(), "plans")


class _Plans:
    """Asks for the plans in the process that sees the whole run."""

    def __init__(self) -> None:
        self.findings: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.config.option.plans and not hasattr(session.config, "workeroutput"):
            self.findings = list(examine({engine: dict(statements[engine]) for engine in ENGINES}))
            if self.findings:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.findings:
            terminalreporter.section("statements that read more the more people there are")
            for finding in self.findings:
                terminalreporter.line(finding)


def examine(sent: dict[str, dict[str, str]]) -> Iterator[str]:
    """A line for each finding. `sent`: engine → statement → function that has sent it."""
    for engine, explained in (("sqlite", _of_sqlite), ("postgresql", _of_postgresql)):
        asked = {text: function for text, function in sent[engine].items() if _is_asked(text, function)}
        for text, faults in explained(list(asked)):
            for fault in sorted(faults - ALLOWED.get(asked[text], frozenset())):
                yield f"{asked[text]}: {engine}: {fault}\n    {' '.join(text.split())[:600]}"


def unnamed_tables(url: str) -> set[str]:
    """Tables of an SQLite database that are neither in LARGE nor in SMALL."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {row[0] for row in rows if not row[0].startswith("sqlite_")} - LARGE.keys() - SMALL.keys()


def _is_asked(text: str, function: str) -> bool:
    # Catalogues of the engines are small.
    if function.startswith("idp/database/") or "sqlite_" in text or "pg_" in text:
        return False
    first = text.split(maxsplit=1)[0].upper()
    return first in _ASKED or (first == "INSERT" and " SELECT " in text.replace("\n", " "))


def _of_sqlite(texts: list[str]) -> Iterator[tuple[str, set[str]]]:
    bare, filled = (sqlite3.connect(fresh_database("sqlite").removeprefix("sqlite:///")) for _ in range(2))
    write_statistics(filled)
    for text in texts:
        faults = _faults_of_sqlite(bare, text, True) | _faults_of_sqlite(filled, text, True)
        yield text, faults | _faults_of_sqlite(filled, _SHORT_LIST.sub(_LONG_LIST, text), False)
    bare.close()
    filled.close()


def write_statistics(connection: sqlite3.Connection) -> None:
    """Give SQLite's planner the statistics of an academy."""
    connection.execute("ANALYZE")
    connection.execute("DELETE FROM sqlite_stat1")
    for table, rows in LARGE.items():
        for index, columns in _indexes(connection, table).items():
            averages = rows_of_index(table, columns)
            line = (table, index, " ".join(map(str, (rows, *averages))))
            connection.execute("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", line)
    for table in SMALL:
        connection.execute("INSERT INTO sqlite_stat1 VALUES (?, NULL, '100')", (table,))
    connection.commit()
    connection.execute("ANALYZE sqlite_schema")


def _indexes(connection: sqlite3.Connection, table: str) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Name of an index → (its columns, whether it is unique). An expression is named like its index."""
    columns_of = {}
    for _, index, unique, *_ in connection.execute(f"PRAGMA index_list({table})").fetchall():
        columns = connection.execute(f"PRAGMA index_info({index})").fetchall()
        columns_of[index] = (tuple(name or index for _, _, name in columns), bool(unique))
    return columns_of


def _faults_of_sqlite(connection: sqlite3.Connection, text: str, sizes: bool) -> set[str]:
    """`sizes`: whether searches that meet many rows are faults too."""
    names = {alias: table for table, alias in _NAMES.findall(text)}
    plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", [None] * _places(text)).fetchall()
    faults = set()
    for _, _, _, step in plan:
        how, _, details = step.partition(" ")
        table = details.split(" ", 1)[0]
        table = names.get(table, table)
        if table not in LARGE:
            continue
        if how == "SCAN":
            faults.add(f"SCAN {table}")
        elif sizes and (search := _SEARCH.fullmatch(step)):
            _, index, conditions = search.groups()
            columns = _indexes(connection, table).get(index)
            equal = conditions.count("=?")
            if columns and equal == len(conditions.split(" AND ")):
                estimated = rows_of_index(table, columns)[equal - 1]
                if estimated > TOO_MANY:
                    faults.add(f"SEARCH {table} ({', '.join(columns[0][:equal])})")
    return faults


def _places(text: str) -> int:
    return re.sub(r"'[^']*'", "", text).count("?")


def _of_postgresql(texts: list[str]) -> Iterator[tuple[str, set[str]]]:
    # Of a copy that tests have used PostgreSQL may know that a table has one row, and read it whole by its index.
    url = store("postgresql").copy().replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        partial = {
            row[0]
            for row in connection.execute(
                "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
            )
        }
        # A parameter of an inner loop is then an index condition, as in a base where hashing everybody costs too much.
        for setting in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"):
            connection.execute(f"SET {setting} = off")
        for text in texts:
            asked: Any = sql.SQL(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {_numbered(text)}")  # type: ignore[arg-type]
            row = connection.execute(asked).fetchone()
            assert row is not None
            yield text, set(_faults_of_postgresql(row[0][0]["Plan"], partial))


def _numbered(text: str) -> str:
    """The statement with $1, $2 … for psycopg's places."""
    numbers: dict[str, int] = {}

    def number(place: re.Match[str]) -> str:
        key = place[1] or str(place.start())
        return f"${numbers.setdefault(key, len(numbers) + 1)}"

    return _PLACE.sub(number, text).replace("%%", "%")


def _faults_of_postgresql(plan: dict[str, Any], partial: set[str]) -> Iterator[str]:
    table, kind = plan.get("Relation Name"), plan["Node Type"]
    if table in LARGE:
        whole = kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in plan
        if kind == "Seq Scan" or (whole and plan["Index Name"] not in partial):
            yield f"SCAN {table}"
    for inner in plan.get("Plans", ()):
        yield from _faults_of_postgresql(inner, partial)
