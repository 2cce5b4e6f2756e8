"""Statements on jobs and their files."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from idp.database import notifications
from idp.database.expired import delete_expired, run
from idp.due_times import furthest
from idp.durations import DAY
from idp.jobs.storage.tables import JobFile, JobRow, is_open

KEPT = 30 * DAY

_ask = insert(JobRow).returning(JobRow.id)
_running_job = aliased(JobRow)
_earlier_job = aliased(JobRow)
_free = or_(
    JobRow.state == "waiting",
    and_(
        JobRow.state == "running",
        # A lease that ends later than the longest lease was taken by a clock that ran ahead.
        or_(JobRow.lease_until <= bindparam("now"), JobRow.lease_until > bindparam("furthest")),
    ),
)
_is_long = bindparam("is_long", type_=Boolean)
_claimable = and_(
    # A range of `ix_jobs_open`: jobs that are over are not read.
    is_open,
    JobRow.id > 0,
    _free,
    JobRow.kind.in_(bindparam("kinds", expanding=True)),
    or_(
        ~_is_long,
        and_(
            # A long job whose worker has died is still "running": it continues before the next long job of its school.
            ~exists().where(
                _running_job.state == literal_column("'running'"),
                _running_job.is_long.is_(True),
                _running_job.school_id == JobRow.school_id,
                _running_job.id != JobRow.id,
            ),
            # PostgreSQL skips a row that another worker is taking: the next one of that school waits for it.
            ~exists().where(
                _earlier_job.state == literal_column("'waiting'"),
                _earlier_job.kind.in_(bindparam("kinds", expanding=True)),
                _earlier_job.school_id == JobRow.school_id,
                _earlier_job.id < JobRow.id,
            ),
        ),
    ),
)
_oldest = select(JobRow.id).where(_claimable).order_by(JobRow.id).limit(1)
_next = _oldest.with_for_update(skip_locked=True).cte("next")
_claim_next = (
    update(JobRow)
    .where(JobRow.id.in_(select(_next.c.id)), _free)
    .values(
        state="running",
        holder=bindparam("by_holder"),
        lease_until=bindparam("until"),
        started_at=func.coalesce(JobRow.started_at, bindparam("now")),
        is_long=_is_long,
    )
    .returning(JobRow.id)
)
_is_held = and_(
    JobRow.id == bindparam("job"), JobRow.state == "running", JobRow.holder == bindparam("by_holder")
)
_advance = (
    update(JobRow)
    .where(_is_held, JobRow.cancel_asked_at.is_(None))
    .values(
        position=bindparam("new_position"),
        done=bindparam("new_done"),
        total=bindparam("new_total"),
        report=bindparam("new_report"),
        lease_until=bindparam("until"),
        state=bindparam("new_state"),
        finished_at=bindparam("ended"),
        payload=bindparam("new_payload"),
    )
)
_end = (
    update(JobRow)
    .where(_is_held)
    .values(state=bindparam("new_state"), error=bindparam("new_error"), finished_at=bindparam("ended"))
)
_release = update(JobRow).where(_is_held).values(lease_until=0, holder=None)
_ask_cancel = (
    update(JobRow)
    .where(JobRow.id == bindparam("job"), JobRow.state.in_(["waiting", "running"]))
    .values(cancel_asked_at=bindparam("moment"))
)
_cancel_waiting = (
    update(JobRow)
    .where(JobRow.id == bindparam("job"), JobRow.state == "waiting", JobRow.cancel_asked_at.is_not(None))
    .values(state="cancelled", finished_at=bindparam("moment"))
)
_find = select(JobRow.__table__).where(JobRow.id == bindparam("job"))
_is_cancelled = select(JobRow.cancel_asked_at).where(JobRow.id == bindparam("job"))


class LostRace(Exception):
    """Another worker has taken a long job of the same school: this transaction is over."""


def ask(tx: Connection, row: dict[str, Any]) -> int:
    job = int(tx.execute(_ask, {**row, "is_long": False}).scalar_one())
    notifications.send(tx, notifications.JOBS)
    return job


def claim_next(
    tx: Connection, kinds: Collection[str], is_long: bool, holder: str, now: int, lease: int
) -> int | None:
    """Take the oldest job of these kinds that no worker holds, for `lease` seconds; None if there is none.

    `is_long`: none whose school has a running long job. Raises LostRace if another worker took one of that school meanwhile.
    """
    parameters = {**_free_at(kinds, is_long, now, lease), "by_holder": holder, "until": now + lease}
    try:
        job: int | None = tx.execute(_claim_next, parameters).scalar_one_or_none()
    except IntegrityError as fault:
        raise LostRace from fault
    return job


def waits(connection: Connection, kinds: Collection[str], is_long: bool, now: int, lease: int) -> bool:
    """Whether `claim_next` would find a job."""
    job = connection.execute(_oldest, _free_at(kinds, is_long, now, lease)).scalar_one_or_none()
    return job is not None


def _free_at(kinds: Collection[str], is_long: bool, now: int, lease: int) -> dict[str, Any]:
    return {"kinds": list(kinds), "is_long": is_long, "now": now, "furthest": furthest(now, lease)}


def advance(tx: Connection, job: int, holder: str, values: dict[str, Any]) -> bool:
    """Store the progress if the job is still held and not cancelled."""
    return tx.execute(_advance, {"job": job, "by_holder": holder, **values}).rowcount == 1


def end(tx: Connection, job: int, holder: str, state: str, error: str | None, now: int) -> bool:
    values = {"job": job, "by_holder": holder, "new_state": state, "new_error": error, "ended": now}
    return tx.execute(_end, values).rowcount == 1


def release(tx: Connection, job: int, holder: str) -> None:
    """Release an unfinished job."""
    tx.execute(_release, {"job": job, "by_holder": holder})


def ask_cancel(tx: Connection, job: int, now: int) -> bool:
    was_running = tx.execute(_ask_cancel, {"job": job, "moment": now}).rowcount == 1
    tx.execute(_cancel_waiting, {"job": job, "moment": now})
    return was_running


def is_cancelled(connection: Connection, job: int) -> bool:
    return connection.execute(_is_cancelled, {"job": job}).scalar_one_or_none() is not None


def find(connection: Connection, job: int) -> dict[str, Any] | None:
    row = connection.execute(_find, {"job": job}).mappings().one_or_none()
    return _read(row) if row else None


def listed(connection: Connection, school: int | None, every: bool, most: int) -> list[dict[str, Any]]:
    """The newest jobs of a school (None: of the academy), or of all."""
    statement = select(JobRow.__table__).order_by(JobRow.id.desc()).limit(most)
    if not every:
        same = JobRow.school_id.is_(None) if school is None else JobRow.school_id == school
        statement = statement.where(same)
    return [_read(row) for row in connection.execute(statement).mappings()]


_later_job = aliased(JobRow)
_failed = (
    select(JobRow.__table__)
    .where(
        # A range of the index of finished jobs.
        JobRow.finished_at > bindparam("since"),
        JobRow.state == "failed",
        ~exists().where(
            _later_job.kind == JobRow.kind,
            _later_job.school_id.is_not_distinct_from(JobRow.school_id),
            _later_job.id > JobRow.id,
            _later_job.finished_at > bindparam("since"),
            _later_job.state == "done",
        ),
    )
    .order_by(JobRow.finished_at.desc())
    .limit(bindparam("most"))
)


def failed(connection: Connection, since: int, most: int) -> list[dict[str, Any]]:
    """The newest jobs that failed after `since`, unless one of their kind and school was done later."""
    return [_read(row) for row in connection.execute(_failed, {"since": since, "most": most}).mappings()]


def _read(row: Any) -> dict[str, Any]:
    return {**row, "payload": json.loads(row["payload"]), "report": json.loads(row["report"])}


def add_file(tx: Connection, job: int, name: str, mime: str, sealed: str, expires: int) -> None:
    row = {"job_id": job, "name": name, "mime": mime, "sealed": sealed, "expires_at": expires}
    tx.execute(insert(JobFile), row)


def files_of(connection: Connection, job: int, now: int) -> list[tuple[int, str]]:
    """(id, name) of each file that has not expired."""
    statement = select(JobFile.id, JobFile.name).where(JobFile.job_id == job, JobFile.expires_at > now)
    return [(row.id, row.name) for row in connection.execute(statement.order_by(JobFile.id))]


def file_of(connection: Connection, job: int, file: int, now: int) -> tuple[str, str, str] | None:
    """(name, mime, sealed content)."""
    statement = select(JobFile.name, JobFile.mime, JobFile.sealed).where(
        JobFile.id == file, JobFile.job_id == job, JobFile.expires_at > now
    )
    row = connection.execute(statement).one_or_none()
    return (row.name, row.mime, row.sealed) if row else None


_expired_files = delete_expired(JobFile.id, JobFile.expires_at)
_ended_jobs = delete_expired(JobRow.id, JobRow.finished_at)


def purge(tx: Connection, now: int, most: int = 100) -> int:
    """Delete a batch of expired files, and of jobs that ended a month ago. Returns the number of rows."""
    return run(tx, _expired_files, now + 1, most) + run(tx, _ended_jobs, now - KEPT, most)
