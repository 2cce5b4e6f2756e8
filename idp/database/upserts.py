"""INSERT … ON CONFLICT DO UPDATE for both engines: SQLAlchemy has a class for each dialect."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, model: Any) -> Any:
    """An INSERT that `on_conflict_do_update` can be called on. `dialect`: "postgresql" or "sqlite"."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(model.__table__)


def upsert(
    tx: Connection,
    model: Any,
    keys: tuple[str, ...],
    rows: Sequence[Mapping[str, Any]],
    keep: tuple[str, ...] = (),
) -> None:
    """Insert `rows`, or change the row that has the same `keys`, whose columns `keep` stay as they were."""
    if not rows:
        return
    statement = insert_into(tx.dialect.name, model)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, *keep)}
    tx.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed), list(rows))
