"""Statements of the hot path: written with SQLAlchemy, compiled once, then executed on the DBAPI cursor.

Execution through Core costs about 50 µs a statement, and some 400 µs an INSERT … ON CONFLICT, which Core compiles anew each
time; this costs about 8. The statements of a prompt=none flow and of a login are compiled. Elsewhere Core's overhead is acceptable.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable
from sqlalchemy.sql.dml import Insert, UpdateBase
from sqlalchemy.sql.selectable import Select

from idp.database.faults import DatabaseUnavailable, Unstorable
from idp.observability.tracing import executed


class Prepared:
    """A compiled statement. Rows are named tuples; Booleans of SQLite stay 0 and 1."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def row(self, connection: Connection, parameters: Mapping[str, Any]) -> Any | None:
        """The first row, or None."""
        values = self._execute(connection, parameters).fetchone()
        return None if values is None else self._for(connection, parameters).make_row(values)

    def value(self, connection: Connection, parameters: Mapping[str, Any]) -> Any | None:
        """The first column of the first row, or None."""
        values = self._execute(connection, parameters).fetchone()
        return None if values is None else values[0]

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> int:
        """Execute, and return the number of affected rows."""
        return int(self._execute(connection, parameters).rowcount)

    def _execute(self, connection: Connection, parameters: Mapping[str, Any]) -> Any:
        compiled = self._for(connection, parameters)
        driver: Any = connection.connection.driver_connection
        values = {**compiled.fixed, **parameters} if compiled.fixed else parameters
        try:
            in_order = values if compiled.in_order is None else compiled.in_order(values)
            return executed(driver.execute, compiled.text, in_order)
        except connection.dialect.loaded_dbapi.OperationalError as fault:
            raise DatabaseUnavailable(str(fault)) from fault
        except connection.dialect.loaded_dbapi.DataError:
            raise Unstorable("a text with a NUL") from None

    def _for(self, connection: Connection, parameters: Mapping[str, Any]) -> "_Compiled":
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            keys = sorted(parameters) if isinstance(self._statement, Insert) else None
            compiled: Any = self._statement.compile(dialect=dialect, column_keys=keys)  # type: ignore[attr-defined]
            fixed = {name: value for name, value in compiled.params.items() if name not in parameters}
            returns = isinstance(self._statement, Select | UpdateBase)
            columns = self._statement.exported_columns if returns else ()  # type: ignore[attr-defined]
            # An expression without a name is read by `value`.
            row: Any = namedtuple("Row", [str(column.key) for column in columns], rename=True)  # type: ignore[misc]
            in_order = _in_order(compiled.positiontup) if compiled.positional else None
            known = self._compiled[dialect.name] = _Compiled(str(compiled), in_order, fixed, row._make)
        return known


class _Compiled(NamedTuple):
    """`in_order`: the parameters as the driver wants them (None: by name). `fixed`: values that the statement has itself."""

    text: str
    in_order: Callable[[Mapping[str, Any]], Sequence[Any]] | None
    fixed: dict[str, Any]
    make_row: Callable[[Iterable[Any]], Any]


def _in_order(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)
