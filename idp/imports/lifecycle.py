"""Life of an import: submit files, check them in a job, preview, write all or nothing, undo within a day."""

import hashlib
from collections.abc import Sequence
from typing import IO, Any

from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.imports import write as imports
from idp.imports.preview import stored_entries
from idp.imports.rules.facts import Verdict
from idp.imports.rules.plan import Plan
from idp.imports.rules.records import ReadFiles, SiecleFile
from idp.imports.rules.undo import to_put_back
from idp.imports.storage import imports as storage
from idp.imports.storage import undo as undo_storage
from idp.jobs import queue
from idp.people.storage import schools
from idp.refusals import Refusal
from idp.refusals.console import EXPORT_INCOMPLETE, IMPORT_NOT_UNDOABLE, RECORDS_SET_ASIDE, STATE_CHANGED
from idp.runtime.context import settings

CHECK, WRITE = "import.check", "import.write"
_OPEN = ("given", "columns", "refused", "checked", "writing")


def find(number: int) -> dict[str, Any] | None:
    """The row of an import, with its entries; None if there is none."""
    return storage.find(reading(), number)


MOST_LISTED = 1_000
"""Imports of a school's list: years of them."""


def of_school(school: int) -> list[dict[str, Any]]:
    """The rows of the newest imports of a school, without their entries."""
    return storage.of_school(reading(), school, MOST_LISTED)


def submit(school: int, files: Sequence[tuple[str, IO[bytes]]], source: str, actor: str, now: int) -> int:
    """Store the files of an import and queue their check; the number of the import. `source`: "siecle" or "csv"."""
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
            storage.add_file(tx, number, name, content)
        trail.record(tx, now, "import.given", actor, f"import:{number}", files=len(files), school=school)
        if source != "csv":
            queue.ask(tx, CHECK, {"import": number}, actor, now, school)
    return number


def map_columns(number: int, school: int, mapping: dict[str, Any], actor: str, now: int) -> None:
    """Store the mapping of a CSV's columns and queue the check; the school's next CSV is proposed the same mapping."""
    with transaction() as tx:
        if not storage.change(tx, number, ("columns", "refused", "checked"), mapping=mapping, state="given"):
            raise Refusal(STATE_CHANGED, "the import has changed state")
        schools.store_mapping(tx, school, mapping)
        queue.ask(tx, CHECK, {"import": number}, actor, now, school)


def ask_write(
    number: int, school: int, many_may_leave: bool, actor: str, now: int, set_aside: bool = False
) -> int:
    """Queue the writing of a confirmed preview; the number of the job. Raises Refusal K03, K06, K26."""
    row = storage.find(reading(), number)
    if row is None or row["school_id"] != school or row["state"] != "checked":
        raise Refusal(STATE_CHANGED, "the import is not ready to be written")
    if row["too_many_gone"] and not many_may_leave:
        raise Refusal(EXPORT_INCOMPLETE, "too many pupils would leave, and this was not confirmed")
    if not set_aside and any(entry["verdict"] == Verdict.SET_ASIDE for entry in row["entries"] or []):
        raise Refusal(RECORDS_SET_ASIDE, "records are set aside, and importing the others was not confirmed")
    with transaction() as tx:
        if not storage.change(tx, number, ("checked",), state="writing"):
            raise Refusal(STATE_CHANGED, "another administrator was faster")
        payload = {"import": number, "many_may_leave": many_may_leave, "set_aside": set_aside}
        return queue.ask(tx, WRITE, payload, actor, now, school)


def drop(number: int, school: int, actor: str, now: int) -> None:
    """Abandon an import that is not written. Raises Refusal K03."""
    row = storage.find(reading(), number)
    if row is None or row["school_id"] != school:
        raise Refusal(STATE_CHANGED, "no such import")
    with transaction() as tx:
        if not storage.change(tx, number, _OPEN, state="dropped", entries=None):
            if (storage.find(tx, number) or row)["state"] == "dropped":
                return
            raise Refusal(STATE_CHANGED, "the import has changed state")
        storage.drop_files(tx, number)
        trail.record(tx, now, "import.dropped", actor, f"import:{number}")


def write(
    files: Sequence[SiecleFile],
    now: int,
    actor: str,
    many_may_leave: bool = False,
    set_aside: bool = False,
) -> tuple[int, Plan]:
    """Read, compare and write an export at once; (number of the import, its plan). Raises SiecleFault, ImportFault."""
    return write_export(imports.check(files), now, actor, many_may_leave, set_aside=set_aside)


def write_export(
    read: ReadFiles,
    now: int,
    actor: str,
    many_may_leave: bool = False,
    digest: str | None = None,
    set_aside: bool = False,
) -> tuple[int, Plan]:
    """Write files that are read already; `digest` identifies them (`files_digest`). Raises ImportFault."""
    with transaction() as tx:
        written = imports.write_in(tx, read, now, actor, many_may_leave, set_aside=set_aside)
        row = {
            "school_id": written.school,
            "source": "siecle",
            "too_many_gone": False,
            "given_by": actor,
            "given_at": now,
            **outcome_of(written, now),
        }
        number = storage.add(tx, row)
        if digest is not None:
            storage.note_digest(tx, written.school, digest, now)
    return number, written.plan


def undo(number: int, actor: str, now: int) -> int | None:
    """Undo an import, within `imports.undo_hours` and while it is the school's newest; the number of restored rows.

    None if it was undone before. Added persons keep their rows and cannot sign in; later changes by others stay.
    Raises Refusal K07.
    """
    row = storage.find(reading(), number)
    with transaction() as tx:
        if row is not None and row["state"] == "undone":
            return None
        if row is None or row["state"] != "written" or row["undo"] is None:
            raise Refusal(IMPORT_NOT_UNDOABLE, "not written, or its time has passed")
        if now - row["written_at"] > settings().imports.undo_hours * 3600:
            raise Refusal(IMPORT_NOT_UNDOABLE, "its time has passed")
        if storage.newest_written(tx, row["school_id"]) != number:
            raise Refusal(IMPORT_NOT_UNDOABLE, "a newer import is written")
        if not storage.change(tx, number, ("written",), state="undone", undone_at=now, undo=None):
            raise Refusal(IMPORT_NOT_UNDOABLE, "undone in another window")
        put_back = _put_back(tx, row["undo"], now)
        storage.note_digest(tx, row["school_id"], "", now)
        trail.record(tx, now, "import.undone", actor, f"import:{number}", rows=put_back)
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
    undo_storage.deactivate_accounts(tx, changes["newcomers"], now)
    return count + len(changes["newcomers"])


def files_digest(files: Sequence[SiecleFile]) -> str:
    """SHA-256 over the contents of an export's files, in any order: identifies what was imported."""
    digests = []
    for file in files:
        file.content.seek(0)
        content_digest = hashlib.file_digest(file.content, "sha256")  # type: ignore[arg-type]
        digests.append(content_digest.hexdigest())
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def outcome_of(written: imports.Written, now: int) -> dict[str, Any]:
    return {
        "state": "written",
        "year": written.plan.year,
        "counts": written.plan.counts(),
        "plan_digest": imports.plan_digest(written.plan),
        "undo": written.changes,
        # Entries of imported people are dropped: counts and the audit trail remain. Records that were not imported stay
        # on the page for 30 days: the school has to correct them or decide who they are.
        "entries": stored_entries(written.plan.not_imported, written.plan, written.export) or None,
        "written_at": now,
    }
