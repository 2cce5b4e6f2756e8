"""Statistics of the query planner: renewed by the worker, checked by `idp doctor`.

Without them a planner may choose an index that meets everybody of one kind. SQLite never renews them by itself; another
connection reads them only when the schema has changed, so they are replaced together with their table. PostgreSQL renews
them within minutes if its autovacuum is on; a table that an import fills is not left until then.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from idp.database.engine import reading, transaction
from idp.durations import HOUR, MINUTE

LEAST = 1_000
"""Rows below which a table needs no statistics."""
GROWTH = 1.5
"""Growth of a table after which its statistics are renewed."""
LEAST_FILLED = 100
"""Rows of one transaction below which a plan for an empty table still serves."""
_SAMPLE = "PRAGMA analysis_limit=1000"
"""SQLite reads at most so many rows of each index: some milliseconds, however large the table is."""

_WRITTEN = """
SELECT c.relname, s.n_live_tup >= %(least)s AND c.reltuples < 0
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE s.schemaname = current_schema()
AND s.n_mod_since_analyze >= greatest(%(least)s, (%(growth)s - 1) * c.reltuples)
"""

_KNOWN = """
SELECT relname, reltuples FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY(%(tables)s)
ORDER BY relname
"""


def keep(now: int) -> None:
    """Renew the statistics of tables that have none or have grown. The worker calls it each minute; `now` in epoch seconds."""
    connection = reading()
    if connection.dialect.name == "postgresql":
        for table in _changed(connection):
            connection.exec_driver_sql(f'ANALYZE "{table}"')
        return
    # A table of which many rows were purged looks larger than it is: growth is judged every ten minutes only.
    if missing(connection) or (now % (10 * MINUTE) < MINUTE and _grown(connection)):
        _renew(connection)
    elif now % HOUR < MINUTE:
        connection.exec_driver_sql(_SAMPLE)
        connection.exec_driver_sql("PRAGMA optimize")


def renew_filled(tx: Connection, tables: Sequence[str], rows: int) -> None:
    """Renew PostgreSQL's statistics of `tables`, into each of which the caller's transaction has written about `rows` rows.

    Only if they have grown by much: until the worker's next minute the planner would take them for empty, and compare everybody with
    everybody. SQLite has no statistics of empty tables to be misled by.
    """
    if tx.dialect.name != "postgresql" or rows < LEAST_FILLED:
        return
    known = tx.exec_driver_sql(_KNOWN, {"tables": list(tables)})
    for table, tuples in known.all():
        if rows >= (GROWTH - 1) * tuples:
            tx.exec_driver_sql(f'ANALYZE "{table}"')


def missing(connection: Connection) -> list[str]:
    """Names of large tables without statistics."""
    if connection.dialect.name == "postgresql":
        return sorted(table for table, never in _changed(connection).items() if never)
    counted = _counted(connection)
    sizes = sorted(_sizes(connection).items())
    return [table for table, rows in sizes if rows >= LEAST and table not in counted]


def autovacuum_is_on(connection: Connection) -> bool:
    """Whether the server renews statistics by itself. SQLite has no server: the worker renews them."""
    if connection.dialect.name != "postgresql":
        return True
    values = (connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("autovacuum", "track_counts"))
    return all(value == "on" for value in values)


def _changed(connection: Connection) -> dict[str, bool]:
    """PostgreSQL's tables with many changes since their statistics → whether they have never had any."""
    rows = connection.exec_driver_sql(_WRITTEN, {"least": LEAST, "growth": GROWTH})
    return {row[0]: bool(row[1]) for row in rows}


def _grown(connection: Connection) -> bool:
    counted = _counted(connection)
    return any(
        rows >= LEAST and rows > GROWTH * counted.get(table, 0) for table, rows in _sizes(connection).items()
    )


def _renew(connection: Connection) -> None:
    connection.exec_driver_sql(_SAMPLE)
    with transaction(durable=False) as tx:
        # A table that is made anew changes the schema: every connection then reads the statistics.
        tx.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat1")
        tx.exec_driver_sql("ANALYZE")


def _counted(connection: Connection) -> dict[str, int]:
    """Table of SQLite → its number of rows in the statistics."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").first():
        return {}
    rows = connection.exec_driver_sql("SELECT tbl, stat FROM sqlite_stat1")
    return {row[0]: int(row[1].split()[0]) for row in rows}


def _sizes(connection: Connection) -> dict[str, int]:
    """Table of SQLite → the span of its row ids, which is read without counting."""
    tables = connection.exec_driver_sql(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).scalars()
    span = 'SELECT (SELECT max(rowid) FROM "{0}") - (SELECT min(rowid) FROM "{0}") + 1'
    return {table: connection.exec_driver_sql(span.format(table)).scalar() or 0 for table in tables.all()}
