"""What `--plans` finds (`tests.plans`), and what it cannot see: tables without a size, foreign keys without an index."""

import pytest
from sqlalchemy import Table

from idp.database.engine import Base
from idp.tables import TABLES
from tests.databases import fresh_database
from tests.plans import examine, unnamed_tables
from tests.sizes import LARGE

FULL_SCANS = (
    "SELECT id FROM accounts WHERE language = ?",
    "SELECT id FROM accounts WHERE mobile = ? OR language = ?",
    "UPDATE persons SET hold_reason = NULL WHERE birth_date < ?",
    "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE seen_at < ? LIMIT 500)",
)
SEARCHES = (
    "SELECT id FROM accounts WHERE username = ?",
    "SELECT id FROM accounts WHERE mobile = ? OR username = ?",
    "UPDATE persons SET hold_reason = NULL WHERE id = ?",
    "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE expires_at < ? LIMIT 500)",
    "SELECT a.id FROM accounts AS a WHERE a.id > ? ORDER BY a.id LIMIT 500",
)


def _sent(statement: str) -> dict[str, dict[str, str]]:
    return {
        "sqlite": {statement: "a function"},
        "postgresql": {statement.replace("?", "%s"): "a function"},
    }


@pytest.mark.parametrize("statement", FULL_SCANS)
def test_a_full_scan_of_a_large_table_is_reported_on_both_engines(statement: str) -> None:
    engines = {line.split(": ")[1] for line in examine(_sent(statement))}
    assert engines == {"sqlite", "postgresql"}


@pytest.mark.parametrize("statement", SEARCHES)
def test_a_search_of_an_index_is_no_finding(statement: str) -> None:
    assert list(examine(_sent(statement))) == []


def test_a_search_that_meets_thousands_of_rows_is_found() -> None:
    (finding,) = examine(
        {"sqlite": {"SELECT id FROM accounts WHERE state = ?": "a function"}, "postgresql": {}}
    )
    assert "SEARCH accounts (state)" in finding


def test_every_table_is_listed_as_large_or_small() -> None:
    assert unnamed_tables(fresh_database("sqlite")) == set()


KEPT = ("persons", "accounts", "schools", "clients", "services", "staff_posts")
"""Tables whose rows are never deleted."""


def test_a_deleted_row_is_looked_up_by_index_in_the_tables_that_refer_to_it() -> None:
    assert TABLES
    without = [
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        if table.name in LARGE
        for key in table.foreign_keys
        if key.column.table.name not in KEPT and key.parent.name not in _leading(table)
    ]
    assert without == []


def _leading(table: Table) -> set[str]:
    """The first columns of a table's keys and indexes."""
    keys = [list(table.primary_key.columns), *(list(index.columns) for index in table.indexes)]
    keys += [[column] for column in table.columns if column.unique]
    return {columns[0].name for columns in keys if columns}
