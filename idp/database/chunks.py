"""Split long lists into chunks that fit one SQL IN on both engines."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection

PIECE = 2_000


def chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    return (listed[start : start + PIECE] for start in range(0, len(listed), PIECE))


def select_in(connection: Connection, statement: Any, column: Any, values: Collection[Any]) -> Iterator[Any]:
    """The rows of `statement` whose `column` is in `values`."""
    for piece in chunks(values):
        yield from connection.execute(statement.where(column.in_(piece))).all()
