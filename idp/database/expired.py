"""DELETE of a small batch of expired rows, for both engines."""

from typing import Any

from sqlalchemy import BigInteger, Connection, Delete, bindparam, delete, select


def delete_expired(key: Any, column: Any, *also: Any) -> Delete:
    """Delete at most `:most` rows whose `column` is below `:before` and that meet `also`, the oldest first.

    `key`: the primary key's column; `column` needs an index that begins with the columns of `also` and itself. Rows that another
    worker has locked are left to it (PostgreSQL; SQLite has one writer at a time).
    """
    batch = (
        select(key)
        .where(*also, column < bindparam("before", type_=BigInteger))
        .order_by(column)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        # In a CTE, which runs once: PostgreSQL may run a subquery of IN again for each row, and each time lock other rows.
        # Within the IN: sqlite3 counts the rows of statements that begin with DELETE.
        .cte("batch", nesting=True)
    )
    return delete(key.class_).where(key.in_(select(batch.c[key.key])))


def run(tx: Connection, statement: Delete, before: int, most: int) -> int:
    """Execute a statement of `delete_expired`. Returns the number of deleted rows."""
    return tx.execute(statement, {"before": before, "most": most}).rowcount
