"""How many jobs there are by kind and state: for metrics, bounded."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from idp.jobs.storage.tables import JobRow, is_open

MOST = 10_000
"""Jobs that are counted of those that are not over, and of those that are."""


def _counted(*conditions: Any) -> Any:
    rows = select(JobRow.kind, JobRow.state).where(*conditions).limit(MOST).subquery()
    return select(rows.c.kind, rows.c.state, func.count()).group_by(rows.c.kind, rows.c.state)


# Ranges of ix_jobs_open and ix_jobs_finished_at.
_open = _counted(is_open, JobRow.id > 0)
_over = _counted(JobRow.finished_at > 0)


def counts(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """(kind, state, number) of the stored jobs."""
    for statement in (_open, _over):
        rows = connection.execute(statement).all()
        yield from ((row[0], row[1], int(row[2])) for row in rows)
