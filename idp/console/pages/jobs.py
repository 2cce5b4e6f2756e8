"""Long work: how far it is, what came out, and the way to stop it."""

from flask import Response

from idp.console.pages.page import Desk, Page, back, page, pressed, show
from idp.console.rules import rights
from idp.console.rules.rights import Act
from idp.console.storage import rights as rights_storage
from idp.context import now
from idp.database import reading
from idp.jobs import queue
from idp.jobs.storage import jobs as storage
from idp.people import import_record
from idp.refusals import Refusal

ATOMIC = (import_record.CHECK, import_record.WRITE)
"""One step alone: there is nothing to stop between."""


@page("/jobs/<int:number>", "job", None)
def job(desk: Desk, number: int) -> Page:
    row = _row(desk, number)
    if pressed() == "cancel" and row["kind"] not in ATOMIC:
        queue.cancel(number, desk.actor, now())
        return back("job", number=number)
    school = rights_storage.school_by_id(reading(), row["school_id"]) if row["school_id"] else None
    return show(
        Desk(desk.session, desk.rights, school),
        "job",
        row=row,
        files=storage.files_of(reading(), number, now()) if _may_download(desk, row) else [],
        busy=row["state"] in ("waiting", "running"),
        may_cancel=row["kind"] not in ATOMIC,
    )


@page("/jobs/<int:number>/files/<int:file>", "job_file", None, matters=True)
def job_file(desk: Desk, number: int, file: int) -> Page:
    """A file with provisional passwords: for whoever asked for it."""
    row = _row(desk, number)
    found = queue.read_file(number, file, now()) if _may_download(desk, row) else None
    if found is None:
        raise Refusal("K11", "expired, or another's")
    name, mime, content = found
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype=mime, headers=headers)


def _row(desk: Desk, number: int) -> dict:  # type: ignore[type-arg]
    row = storage.find(reading(), number)
    if row is None:
        raise Refusal("K01", "no such job")
    its_own = row["asked_by"] == desk.actor
    if not its_own and not rights.may(desk.rights, Act.SEE_NUMBERS, row["school_id"]):
        raise Refusal("K01", "a job of another school")
    return row


def _may_download(desk: Desk, row: dict) -> bool:  # type: ignore[type-arg]
    """Rights may have ended since it was asked for."""
    return bool(
        row["asked_by"] == desk.actor and rights.may(desk.rights, Act.PRINT_LETTERS, row["school_id"])
    )
