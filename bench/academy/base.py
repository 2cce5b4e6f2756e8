"""Writes the invented base (`bench.academy.rows`) into a migrated, empty database: one statement a table, on either engine."""

from sqlalchemy import Connection

from bench.academy.rows import Rows, Size, of_logins, of_people
from idp.database.engine import reading

MEASURED = (
    "persons",
    "accounts",
    "source_records",
    "enrolments",
    "guardianships",
    "sessions",
    "grants",
    "access_tokens",
    "known_devices",
    "audit",
    "audit_seals",
    "outbox",
)
_SIZE = {
    "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = '{table}')",
    "postgresql": "SELECT pg_total_relation_size('{table}')",
}


def fill(tx: Connection, size: Size) -> None:
    """Write the people and the logins of `size`, and have the planner's statistics made."""
    # Not what a school has, but what is quick: the indexes in memory, and no look at foreign keys.
    quick, usual = (
        ("PRAGMA cache_size=-500000", "PRAGMA cache_size=-8000")
        if tx.dialect.name == "sqlite"
        else ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
    )
    tx.exec_driver_sql(quick)
    for rows in (*of_people(size), *of_logins(size)):
        write(tx, rows)
    tx.exec_driver_sql("ANALYZE")
    tx.exec_driver_sql(usual)


def write(tx: Connection, rows: Rows) -> None:
    statement = (
        f"INSERT INTO {rows.table} ({', '.join(rows.columns)}) "
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows.number}) "
        f"SELECT {', '.join(rows.columns.values())} FROM n"
    )
    tx.exec_driver_sql(statement.replace("%", "%%") if tx.dialect.name == "postgresql" else statement)
    if rows.numbered and tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT setval('{rows.table}_id_seq', {rows.number})")


def bytes_a_row() -> dict[str, float]:
    """Table → bytes of one of its rows, indexes included, of the tables that have many."""
    connection = reading()
    sizes: dict[str, float] = {}
    for table in MEASURED:
        rows = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        size = connection.exec_driver_sql(_SIZE[connection.dialect.name].format(table=table)).scalar_one()
        sizes[table] = size / max(rows, 1)
    return sizes
