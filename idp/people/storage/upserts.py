"""INSERT … ON CONFLICT DO UPDATE, which both engines know and SQLAlchemy keeps in two places."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite


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
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(model.__table__)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, *keep)}
    tx.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed), list(rows))
