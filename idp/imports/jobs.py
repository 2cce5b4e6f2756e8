"""Jobs of an import: read the files and store the preview; write a preview that an administrator has confirmed."""

from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from idp.database.engine import reading, transaction
from idp.imports import csv_columns, write
from idp.imports.lifecycle import CHECK, outcome_of
from idp.imports.preview import ImportFault, stored_entries
from idp.imports.rules.faults import FaultCode
from idp.imports.rules.records import ReadFiles, SiecleFault, SiecleFile
from idp.imports.storage import imports as storage
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.people.storage import schools

_MOST_FAULTS = 500
"""Faults of refused files that are stored for the page."""


def run_check(job: Job, now: int) -> Progress:
    """Read the files and store the preview, or the faults of the files."""
    number = job.payload["import"]
    outcome: dict[str, Any]
    try:
        preview = write.preview(_files_of(number), now)
        plan = preview.plan
        outcome = {
            "state": "checked",
            "year": plan.year,
            "counts": plan.counts(),
            "entries": stored_entries(plan.entries, plan, preview.export),
            "plan_digest": write.plan_digest(plan),
            "too_many_gone": preview.too_many_gone,
            "fault": None,
        }
    except SiecleFault as fault:
        outcome = {"state": "refused", "fault": stored_fault(fault)}
    except ImportFault as fault:
        outcome = {"state": "refused", "fault": asdict(fault.reason)}
    with transaction() as tx:
        storage.change(tx, number, ("given",), **outcome)
        return queue.advance(tx, job, Progress({}, 1, 1, {"import": number}, over=True), now)


def run_write(job: Job, now: int) -> Progress:
    """Write the confirmed preview. If people have changed since, check the import again."""
    number = job.payload["import"]
    row = storage.find(reading(), number)
    assert row is not None
    try:
        read = _files_of(number)
        with transaction() as tx:
            may = (job.payload["many_may_leave"], row["plan_digest"], job.payload.get("set_aside", False))
            written = write.write_in(tx, read, now, job.asked_by, *may)
            if not storage.change(tx, number, ("writing",), **outcome_of(written, now)):
                raise queue.Stopped
            storage.drop_files(tx, number)
            return queue.advance(tx, job, Progress({}, 1, 1, {"import": number}, over=True), now)
    except ImportFault as fault:
        with transaction() as tx:
            # An administrator has to confirm the new preview.
            storage.change(tx, number, ("writing",), state="given", fault=asdict(fault.reason))
            queue.ask(tx, CHECK, {"import": number}, job.asked_by, now, job.school)
            return queue.advance(tx, job, Progress({}, 1, 1, {"import": number}, over=True), now)


def stored_fault(refused: SiecleFault) -> dict[str, Any]:
    """The first fault as JSON, with the others beside it."""
    first, *further = [asdict(fault) for fault in refused.faults[:_MOST_FAULTS]]
    return {**first, "others": further}


def _files_of(number: int) -> ReadFiles:
    row = storage.find(reading(), number)
    assert row is not None
    uai = schools.uai_of(reading(), row["school_id"])
    with ExitStack() as open_files:
        files = [
            SiecleFile(name, open_files.enter_context(content))  # type: ignore[arg-type]
            for name, content in storage.files_of(reading(), number)
        ]
        if row["source"] == "csv":
            return csv_columns.read(files[0], row["mapping"] or {}, uai, row["given_at"])
        read = write.check(files)
    if read.uai != uai:
        raise SiecleFault(files[0].name, FaultCode.NOT_THIS_SCHOOL, field="UAJ", uai=read.uai, here=uai)
    return read
