"""Acts on jobs: request, run step by step, cancel.

A job's kind has a runner (`idp.worker.long_work.RUNNERS`). The worker calls it repeatedly; each call runs one step in one
transaction, in which it calls `advance`. So a step runs exactly once after any crash, and a job can be cancelled between steps.
"""

import json
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.audit import trail
from idp.crypto.sealing import seal, unseal
from idp.database.engine import Connection, reading, transaction
from idp.jobs.storage import jobs as storage
from idp.observability import counting

LEASE = 120
"""Seconds that a worker may need for a step before another worker takes over."""


class Stopped(Exception):
    """The job was cancelled, or another worker holds it: the step is rolled back."""


@dataclass(frozen=True)
class Job:
    """A job that this worker holds. `position`: the value stored by the last step."""

    id: int
    kind: str
    school: int | None
    payload: dict[str, Any]
    position: dict[str, Any]
    done: int
    total: int
    report: dict[str, Any]
    asked_by: str
    holder: str


@dataclass(frozen=True)
class Progress:
    """The result of a step: position of the next, progress, outcome; `over` after the last."""

    position: dict[str, Any]
    done: int
    total: int
    report: dict[str, Any] = field(default_factory=dict)
    over: bool = False


Runner = Callable[[Job, int], Progress]


def ask(
    tx: Connection,
    kind: str,
    payload: dict[str, Any],
    actor: str,
    now: int,
    school: int | None = None,
    total: int = 0,
) -> int:
    """Enqueue a job within the transaction of its cause. Returns its id."""
    row = {
        "kind": kind,
        "school_id": school,
        "payload": json.dumps(payload),
        "state": "waiting",
        "position": "{}",
        "done": 0,
        "total": total,
        "report": "{}",
        "asked_by": actor,
        "asked_at": now,
        "lease_until": 0,
    }
    job = storage.ask(tx, row)
    trail.record(tx, now, "job.asked", actor, f"job:{job}", kind=kind)
    return job


def run_next(
    runners: Mapping[str, Runner],
    now: Callable[[], int],
    stop: Callable[[], bool],
    is_long: bool = False,
    begun: Callable[[], object] = lambda: None,
) -> bool:
    """Run the oldest waiting job of these kinds until it is over or `stop` returns True. False if none waits.

    `is_long`: the kinds are long, of which a school has one at a time. `begun` is called once a job is claimed.
    """
    claimed = _claim(runners.keys(), is_long, now())
    if claimed is None:
        return False
    begun()
    _run(*claimed, runners, now, stop)
    return True


def waits(kinds: Collection[str], is_long: bool, now: int) -> bool:
    """Whether a job of these kinds can be claimed."""
    return bool(kinds) and storage.waits(reading(), kinds, is_long, now, LEASE)


def _claim(kinds: Collection[str], is_long: bool, now: int) -> tuple[int, str] | None:
    """(job, holder)."""
    if not waits(kinds, is_long, now):
        return None
    holder = secrets.token_hex(16)
    try:
        with transaction() as tx:
            job = storage.claim_next(tx, kinds, is_long, holder, now, LEASE)
    except storage.LostRace:
        return None
    return None if job is None else (job, holder)


def _run(
    job: int,
    holder: str,
    runners: Mapping[str, Runner],
    now: Callable[[], int],
    stop: Callable[[], bool],
) -> None:
    running_job, outcome, began = _read(job, holder), "failed", time.monotonic()
    counting.job_started(running_job.kind)
    try:
        outcome = _run_steps(running_job, runners[running_job.kind], now, stop)
    finally:
        counting.job_ended(running_job.kind, outcome, time.monotonic() - began)


def _run_steps(running_job: Job, runner: Runner, now: Callable[[], int], stop: Callable[[], bool]) -> str:
    """Run steps until the job is over or `stop` returns True. Returns the outcome: done, cancelled or interrupted."""
    while not stop():
        try:
            if storage.is_cancelled(reading(), running_job.id):
                raise Stopped
            progress = runner(running_job, now())
        except Stopped:
            _end(running_job, "cancelled", None, now())
            return "cancelled"
        except Exception as fault:
            _end(running_job, "failed", _in_short(fault), now())
            raise
        if progress.over:
            return "done"
        running_job = _read(running_job.id, running_job.holder)
    with transaction() as tx:
        # This worker is shutting down: another can continue at once, without waiting for the lease.
        storage.release(tx, running_job.id, running_job.holder)
    return "interrupted"


def advance(tx: Connection, job: Job, progress: Progress, now: int) -> Progress:
    """Move the job on, within the step's own transaction. Raises Stopped."""
    values = {
        "new_position": json.dumps(progress.position),
        "new_done": progress.done,
        "new_total": progress.total,
        "new_report": json.dumps(progress.report, ensure_ascii=False),
        "until": now + LEASE,
        "new_state": "done" if progress.over else "running",
        "ended": now if progress.over else None,
        # A job's parameters may name people; they are wiped when the job is over.
        "new_payload": "{}" if progress.over else json.dumps(job.payload),
    }
    if not storage.advance(tx, job.id, job.holder, values):
        raise Stopped
    return progress


def find(job: int) -> dict[str, Any] | None:
    """The row of a job; None if there is none."""
    return storage.find(reading(), job)


def listed(school: int | None, every: bool, most: int) -> list[dict[str, Any]]:
    """The newest jobs of a school (None: of the academy), or of all."""
    return storage.listed(reading(), school, every, most)


def files_of(job: int, now: int) -> list[tuple[int, str]]:
    """(id, name) of each file of a job that has not expired."""
    return storage.files_of(reading(), job, now)


def cancel(job: int, actor: str, now: int) -> bool:
    """Cancel a job after its current step. False if it was over."""
    with transaction() as tx:
        is_cancelled = storage.ask_cancel(tx, job, now)
        if is_cancelled:
            trail.record(tx, now, "job.cancelled", actor, f"job:{job}")
    return is_cancelled


def keep_file(tx: Connection, job: int, name: str, mime: str, content: bytes, expires: int) -> None:
    """Store a file of a job, encrypted, until `expires`."""
    storage.add_file(tx, job, name, mime, seal(content, f"job {job} {name}"), expires)


def read_file(job: int, file: int, now: int) -> tuple[str, str, bytes] | None:
    """(name, mime, content) of a job's file; None once it has expired."""
    stored_file = storage.file_of(reading(), job, file, now)
    if stored_file is None:
        return None
    name, mime, sealed = stored_file
    return name, mime, unseal(sealed, f"job {job} {name}")


def _read(job: int, holder: str) -> Job:
    row = storage.find(reading(), job)
    assert row is not None
    names = ("id", "kind", "payload", "done", "total", "report", "asked_by")
    columns = {name: row[name] for name in names}
    return Job(**columns, school=row["school_id"], position=json.loads(row["position"]), holder=holder)


def _end(job: Job, state: str, error: str | None, now: int) -> None:
    with transaction() as tx:
        storage.end(tx, job.id, job.holder, state, error, now)


def _in_short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:500]
