"""Statements of the hot path: written with SQLAlchemy, compiled once, then executed on the DBAPI cursor.

Execution through Core costs about 50 µs a statement; this costs about 8. Only the five statements of a prompt=none flow
are compiled; elsewhere Core's overhead is acceptable.
"""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.selectable import Select

from idp.database.faults import DatabaseUnavailable, Unstorable
from idp.observability.tracing import executed


class Prepared:
    """A compiled statement. Rows are named tuples; Booleans of SQLite stay 0 and 1."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any], Any]] = {}

    def row(self, connection: Connection, parameters: Mapping[str, Any]) -> Any | None:
        """The first row, or None."""
        make = self._for(connection, parameters)[3]
        found = self._execute(connection, parameters).fetchone()
        return None if found is None else make(*found)

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> int:
        """Execute, and return the number of affected rows."""
        return int(self._execute(connection, parameters).rowcount)

    def _execute(self, connection: Connection, parameters: Mapping[str, Any]) -> Any:
        text, order, fixed, _ = self._for(connection, parameters)
        driver: Any = connection.connection.driver_connection
        given = {**fixed, **parameters}
        try:
            values = given if order is None else tuple(given[name] for name in order)
            return executed(driver.execute, text, values)
        except connection.dialect.loaded_dbapi.OperationalError as fault:
            raise DatabaseUnavailable(str(fault)) from fault
        except connection.dialect.loaded_dbapi.DataError:
            raise Unstorable("a text with a NUL") from None

    def _for(self, connection: Connection, parameters: Mapping[str, Any]) -> Any:
        dialect = connection.dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            keys = sorted(parameters) if isinstance(self._statement, Insert) else None
            compiled: Any = self._statement.compile(dialect=dialect, column_keys=keys)  # type: ignore[attr-defined]
            order = tuple(compiled.positiontup) if compiled.positional else None
            fixed = {name: value for name, value in compiled.params.items() if name not in parameters}
            columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
            names = [str(column.key) for column in columns]
            make: Any = namedtuple("Row", names)  # type: ignore[misc]
            found = self._compiled[dialect.name] = (str(compiled), order, fixed, make)
        return found
