"""Jobs: progress, result, and a button to stop."""

from flask import Response

from idp.console import reach
from idp.console.pages.page import Desk, back, page, pressed, show
from idp.console.rules import rights
from idp.console.rules.rights import Act
from idp.imports import lifecycle
from idp.jobs import archive, queue
from idp.refusals import Refusal
from idp.refusals.console import LETTERS_GONE, RIGHT_MISSING
from idp.runtime.context import now
from idp.web.form_pages import Page

ATOMIC = (lifecycle.CHECK, lifecycle.WRITE)
"""Kinds of a single step: they cannot be stopped between steps."""


@page("job", None)
def job(desk: Desk, number: int) -> Page:
    row = _row(desk, number)
    may_cancel = row["kind"] not in ATOMIC and _may_stop(desk, row)
    if pressed() == "cancel" and may_cancel:
        queue.cancel(number, desk.actor, now())
        return back("job", number=number)
    school = reach.school_of_id(row["school_id"]) if row["school_id"] else None
    return show(
        Desk(desk.session, desk.rights, school),
        "job",
        row=row,
        files=queue.files_of(number, now()) if _may_download(desk, row) else [],
        busy=row["state"] in ("waiting", "running"),
        may_cancel=may_cancel,
    )


@page("job_file", None, matters=True)
def job_file(desk: Desk, number: int, file: int) -> Page:
    """A file with provisional passwords: for the person who asked for it."""
    row = _row(desk, number)
    stored = queue.read_file(number, file, now()) if _may_download(desk, row) else None
    if stored is None:
        raise Refusal(LETTERS_GONE, "expired, or another's")
    return _download(*stored)


@page("job_files", None, matters=True)
def job_files(desk: Desk, number: int) -> Page:
    """All files of a job in one archive: for the person who asked for it."""
    row = _row(desk, number)
    content = archive.zip_of(number, now()) if _may_download(desk, row) else None
    if content is None:
        raise Refusal(LETTERS_GONE, "expired, or another's")
    return _download(f"courriers-{number}.zip", "application/zip", content)


def _download(name: str, mime: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype=mime, headers=headers)


def _row(desk: Desk, number: int) -> dict:  # type: ignore[type-arg]
    row = queue.find(number)
    if row is None:
        raise Refusal(RIGHT_MISSING, "no such job")
    its_own = row["asked_by"] == desk.actor
    if not its_own and not rights.may(desk.rights, Act.SEE_NUMBERS, row["school_id"]):
        raise Refusal(RIGHT_MISSING, "a job of another school")
    return row


def _may_stop(desk: Desk, row: dict) -> bool:  # type: ignore[type-arg]
    """The person who asked for it, and those who work on the people of its school: to see numbers is not enough."""
    return row["asked_by"] == desk.actor or rights.may(desk.rights, Act.IMPORT, row["school_id"])


def _may_download(desk: Desk, row: dict) -> bool:  # type: ignore[type-arg]
    """The right may have ended since the job was asked for."""
    return bool(
        row["asked_by"] == desk.actor and rights.may(desk.rights, Act.PRINT_LETTERS, row["school_id"])
    )
