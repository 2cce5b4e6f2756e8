"""Imports on record: files handed in, checked by a job, looked at, written all or nothing, undone within a day."""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import IO, Any

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.people import csv_columns, imports
from idp.people.rules.import_facts import Verdict
from idp.people.rules.import_plan import Plan
from idp.people.rules.import_undo import to_put_back
from idp.people.rules.siecle import SchoolExport, SiecleFault, SiecleFile
from idp.people.storage import decisions, schools
from idp.people.storage import import_rows as storage
from idp.people.storage import import_undo as undo_storage
from idp.refusals import Refusal

CHECK, WRITE = "import.check", "import.write"
_OPEN = ("given", "columns", "refused", "checked", "writing")


def give(school: int, files: Sequence[tuple[str, IO[bytes]]], source: str, actor: str, now: int) -> int:
    """Keep the files of an import, and ask for their check; the import's number. `source`: "siecle" or "csv"."""
    row = {
        "school_id": school,
        "source": source,
        "state": "columns" if source == "csv" else "given",
        "too_many_gone": False,
        "given_by": actor,
        "given_at": now,
    }
    with transaction() as tx:
        number = storage.add(tx, row)
        for name, content in files:
            storage.keep_file(tx, number, name, content)
        audit.record(tx, now, "import.given", actor, f"import:{number}", files=len(files), school=school)
        if source != "csv":
            queue.ask(tx, CHECK, {"import": number}, actor, now, school)
    return number


def map_columns(number: int, school: int, mapping: dict[str, Any], actor: str, now: int) -> None:
    """Say which column of a CSV is what, and ask for its check; the school's next CSV begins with the same mapping."""
    with transaction() as tx:
        if not storage.change(tx, number, ("columns", "refused", "checked"), mapping=mapping, state="given"):
            raise Refusal("K03", "the import has moved on")
        schools.keep_mapping(tx, school, mapping)
        queue.ask(tx, CHECK, {"import": number}, actor, now, school)


def decide(
    number: int, school: int, kind: str, source: str, person: int | None, actor: str, now: int
) -> None:
    """Say who an ambiguous record is (None: somebody new), and check again. Raises Refusal K05."""
    row = storage.find(reading(), number)
    offered = [
        entry
        for entry in (row or {}).get("entries") or []
        if entry["verdict"] == Verdict.AMBIGUOUS and entry["kind"] == kind and entry["source_id"] == source
    ]
    if row is None or row["school_id"] != school or row["state"] != "checked" or not offered:
        raise Refusal("K05", "no such ambiguous record")
    if person is not None and person not in offered[0]["candidates"]:
        raise Refusal("K05", "the person is not among those offered")
    with transaction() as tx:
        decided = {"person_id": person, "decided_by": actor, "decided_at": now}
        decisions.decide(tx, {"school_id": school, "kind": kind, "source_id": source, **decided})
        if not storage.change(tx, number, ("checked",), state="given"):
            raise Refusal("K03", "the import has moved on")
        queue.ask(tx, CHECK, {"import": number}, actor, now, school)
        audit.record(
            tx, now, "import.decided", actor, f"import:{number}", kind=kind, record=source, person=person
        )


def ask_write(number: int, school: int, many_may_leave: bool, actor: str, now: int) -> int:
    """Ask for the writing of a preview that somebody has looked at; the job. Raises Refusal K03, K06."""
    row = storage.find(reading(), number)
    if row is None or row["school_id"] != school or row["state"] != "checked":
        raise Refusal("K03", "the import is not ready to be written")
    if row["too_many_gone"] and not many_may_leave:
        raise Refusal("K06", "too many pupils would go and nobody has said that it is right")
    with transaction() as tx:
        if not storage.change(tx, number, ("checked",), state="writing"):
            raise Refusal("K03", "another administrator was faster")
        payload = {"import": number, "many_may_leave": many_may_leave}
        return queue.ask(tx, WRITE, payload, actor, now, school)


def drop(number: int, school: int, actor: str, now: int) -> None:
    """Give a preview up. Raises Refusal K03."""
    row = storage.find(reading(), number)
    if row is None or row["school_id"] != school:
        raise Refusal("K03", "no such import")
    with transaction() as tx:
        if not storage.change(tx, number, _OPEN, state="dropped", entries=None):
            raise Refusal("K03", "the import has moved on")
        storage.drop_files(tx, number)
        audit.record(tx, now, "import.dropped", actor, f"import:{number}")


def write(
    files: Sequence[SiecleFile], now: int, actor: str, many_may_leave: bool = False
) -> tuple[int, Plan]:
    """Read, compare and write an export in one go, on record; (import, what was done). Raises SiecleFault, ImportFault."""
    return write_export(imports.check(files), now, actor, many_may_leave)


def write_export(
    export: SchoolExport, now: int, actor: str, many_may_leave: bool = False, digest: str | None = None
) -> tuple[int, Plan]:
    """The same for an export that was read already; `digest` names its files. Raises ImportFault."""
    with transaction() as tx:
        written = imports.write_in(tx, export, now, actor, many_may_leave)
        row = {
            "school_id": written.school,
            "source": "siecle",
            "too_many_gone": False,
            "given_by": actor,
            "given_at": now,
            **_outcome(written, now),
        }
        number = storage.add(tx, row)
        if digest is not None:
            storage.note_digest(tx, written.school, digest, now)
    return number, written.plan


def undo(number: int, actor: str, now: int) -> int:
    """Take an import back, within `imports.undo_hours` and while it is the school's newest; how many rows were put back.

    People whom it had added stay in the base, shut out; what others have changed since stays. Raises Refusal K07.
    """
    row = storage.find(reading(), number)
    with transaction() as tx:
        if row is None or row["state"] != "written" or row["undo"] is None:
            raise Refusal("K07", "not written, or undone already")
        if now - row["written_at"] > settings().imports.undo_hours * 3600:
            raise Refusal("K07", "its time has passed")
        if storage.newest_written(tx, row["school_id"]) != number:
            raise Refusal("K07", "a newer import stands upon it")
        if not storage.change(tx, number, ("written",), state="undone", undone_at=now, undo=None):
            raise Refusal("K07", "undone in another window")
        put_back = _put_back(tx, row["undo"], now)
        storage.note_digest(tx, row["school_id"], "", now)
        audit.record(tx, now, "import.undone", actor, f"import:{number}", rows=put_back)
    return put_back


def _put_back(tx: Any, changes: dict[str, Any], now: int) -> int:
    count = 0
    for table in ("persons", "accounts", "enrolments", "guardianships", "schools"):
        moved = {number: columns for name, number, columns in changes["changed"] if name == table}
        names = {name for columns in moved.values() for name in columns}
        present = undo_storage.rows_of(tx, table, list(moved), names) if names else {}
        for number, columns in moved.items():
            if values := to_put_back(columns, present[number]):
                undo_storage.put_back(tx, table, number, values)
                count += 1
        added = [number for name, number in changes["added"] if name == table]
        if table in ("enrolments", "guardianships"):
            undo_storage.end_rows(tx, table, added, now)
        count += len(added)
    undo_storage.shut_out(tx, changes["newcomers"], now)
    return count + len(changes["newcomers"])


def run_check(job: Job, now: int) -> Progress:
    """The job that reads the files and makes the preview."""
    number = job.payload["import"]
    found: dict[str, Any]
    try:
        export = _export_of(number)
        plan, too_many_gone = imports.preview(export, now)
        found = {
            "state": "checked",
            "year": plan.year,
            "counts": plan.counts(),
            "entries": _entries(plan, export),
            "plan_digest": imports.plan_digest(plan),
            "too_many_gone": too_many_gone,
            "fault": None,
        }
    except SiecleFault as fault:
        named = {"file": fault.file, "line": fault.line, "field": fault.field, "sentence": fault.sentence}
        found = {"state": "refused", "fault": named}
    except imports.ImportFault as fault:
        found = {"state": "refused", "fault": {"sentence": str(fault)}}
    with transaction() as tx:
        storage.change(tx, number, ("given",), **found)
        return queue.advance(tx, job, Progress({}, 1, 1, {"import": number}, over=True), now)


def run_write(job: Job, now: int) -> Progress:
    """The job that writes what somebody has agreed to."""
    number = job.payload["import"]
    row = storage.find(reading(), number)
    assert row is not None
    try:
        export = _export_of(number)
        with transaction() as tx:
            written = imports.write_in(
                tx, export, now, job.asked_by, job.payload["many_may_leave"], row["plan_digest"]
            )
            if not storage.change(tx, number, ("writing",), **_outcome(written, now)):
                raise queue.Stopped
            storage.drop_files(tx, number)
            return queue.advance(tx, job, Progress({}, 1, 1, {"import": number}, over=True), now)
    except imports.ImportFault as fault:
        with transaction() as tx:
            # Back to a new preview: somebody has to look at what has changed.
            storage.change(tx, number, ("writing",), state="given", fault={"sentence": str(fault)})
            queue.ask(tx, CHECK, {"import": number}, job.asked_by, now, job.school)
            return queue.advance(tx, job, Progress({}, 1, 1, {"import": number}, over=True), now)


def files_digest(files: Sequence[SiecleFile]) -> str:
    """Names the contents of an export's files, in any order."""
    digests = []
    for file in files:
        file.content.seek(0)
        found = hashlib.file_digest(file.content, "sha256")  # type: ignore[arg-type]
        digests.append(found.hexdigest())
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def _outcome(written: imports.Written, now: int) -> dict[str, Any]:
    return {
        "state": "written",
        "year": written.plan.year,
        "counts": written.plan.counts(),
        "plan_digest": imports.plan_digest(written.plan),
        "undo": written.changes,
        # The lines named people one by one; what was done is counted, and the record of acts says who did it.
        "entries": None,
        "written_at": now,
    }


def _export_of(number: int) -> SchoolExport:
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
        export = imports.check(files)
    if export.uai != uai:
        raise SiecleFault(
            files[0].name, f"This is of the school {export.uai}, and you are at {uai}.", field="UAJ"
        )
    return export


def _entries(plan: Plan, export: SchoolExport) -> list[dict[str, Any]]:
    """The preview's lines; an ambiguous one with its record, to be looked at beside the persons it may be."""
    records = {("pupil", one.source_id): asdict(one) for one in export.pupils}
    records |= {("guardian", one.source_id): asdict(one) for one in export.persons}
    lines = []
    for entry in plan.entries:
        line = asdict(entry)
        if entry.candidates:
            line["record"] = records.get((entry.kind, entry.source_id or ""), {})
        lines.append(line)
    return lines
