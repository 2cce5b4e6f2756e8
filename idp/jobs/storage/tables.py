"""Tables of long work: jobs, and their files."""

from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, and_, false, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class JobRow(Model):
    """A job. `state`: waiting, running, done, failed, cancelled.

    `position` (JSON) identifies the next step and is updated in the transaction of each step: after a worker is killed,
    another continues at the same position once `lease_until` has passed. `holder`: the worker with the lease.
    `is_long`: set when a worker first claims it; a school has at most one running long job.
    """

    __tablename__ = "jobs"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id"), index=True)
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    position: Mapped[str] = mapped_column(Text)
    done: Mapped[int] = mapped_column(RowId)
    total: Mapped[int] = mapped_column(RowId)
    report: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[int] = mapped_column(Seconds)
    started_at: Mapped[int | None] = mapped_column(Seconds)
    finished_at: Mapped[int | None] = mapped_column(Seconds, index=True)
    lease_until: Mapped[int] = mapped_column(Seconds)
    holder: Mapped[str | None] = mapped_column(String(32))
    cancel_asked_at: Mapped[int | None] = mapped_column(Seconds)
    error: Mapped[str | None] = mapped_column(Text)
    is_long: Mapped[bool] = mapped_column(default=False, server_default=false())


_table: Any = JobRow.__table__
is_open = JobRow.state.in_([literal_column("'waiting'"), literal_column("'running'")])
"""A job is not over. Written out, not as parameters: so the planner sees that `ix_jobs_open` serves."""
_long_and_running = and_(JobRow.state == "running", JobRow.is_long.is_(True))
Index("ix_jobs_open", _table.c.id, sqlite_where=is_open, postgresql_where=is_open)
Index(
    "uq_jobs_long_school",
    _table.c.school_id,
    unique=True,
    sqlite_where=_long_and_running,
    postgresql_where=_long_and_running,
)


class JobFile(Model):
    """A file of a job, encrypted under the master key, stored until `expires_at`."""

    __tablename__ = "job_files"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    mime: Mapped[str] = mapped_column(String(60))
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
