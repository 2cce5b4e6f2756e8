"""How many jobs there are by kind and state: for metrics, bounded."""

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, func, select

from idp.jobs.storage.tables import JobRow

STATES = ("waiting", "running", "done", "failed", "cancelled")
MOST = 10_000
"""Jobs of a state that are counted."""

# By ix_jobs_due, whose first column is the state.
_rows = select(JobRow.kind).where(JobRow.state == bindparam("in_state")).limit(MOST).subquery()
_count = select(_rows.c.kind, func.count()).group_by(_rows.c.kind)


def counts(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """(kind, state, number) of the stored jobs."""
    for state in STATES:
        for kind, number in connection.execute(_count, {"in_state": state}):
            yield kind, state, number
