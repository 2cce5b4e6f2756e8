"""Tables of long work: jobs, and the files they make."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Model, RowId, Seconds


class JobRow(Model):
    """A job is a row of steps. `state`: waiting, running, done, failed, cancelled.

    `position` (JSON) says which step comes next, and moves in the transaction of each step: a worker that is killed
    leaves `lease_until` behind, after which another goes on at the same position. `holder` is who has the lease.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "state", "lease_until"), {"sqlite_autoincrement": True})
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


class JobFile(Model):
    """A file that a job has made, sealed under the master key, until `expires_at`."""

    __tablename__ = "job_files"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    mime: Mapped[str] = mapped_column(String(60))
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
