"""Lists of long work: of a school, and of the academy."""

from typing import Any

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from idp.console.pages.listed import choices, moments, table_or_file
from idp.console.pages.page import Desk, page, show
from idp.console.rules.account_words import JOB_STATES
from idp.console.rules.rights import Act
from idp.console.rules.tables import Column
from idp.console.rules.work_words import JOBS
from idp.jobs import queue
from idp.refusals import N_
from idp.web.form_pages import Page

JobRow = dict[str, Any]
MOST = 1_000
"""Jobs of the list: those of the last month, the newest first."""

COLUMNS: tuple[Column[JobRow], ...] = (
    Column(
        "kind",
        N_("Travail"),
        lambda row: f"{gettext(JOBS.get(row['kind'], row['kind']))} n° {row['id']}",
        sorts=True,
        value=lambda row: row["kind"],
    ),
    Column("state", N_("État"), lambda row: gettext(JOB_STATES[row["state"]]), sorts=True),
    Column("done", N_("Avancement"), lambda row: f"{row['done']} / {row['total']}", is_number=True),
    moments("asked_at", N_("Demandé le"), lambda row: row["asked_at"]),
    moments("finished_at", N_("Terminé le"), lambda row: row["finished_at"], shown=False),
)


@page("jobs", Act.SEE_NUMBERS)
def jobs(desk: Desk) -> Page:
    """The long work of a school."""
    assert desk.school is not None
    return _list(desk, queue.listed(desk.school.id, False, MOST))


@page("academy_jobs", Act.TROUBLE)
def academy_jobs(desk: Desk) -> Page:
    """The newest long work of every school and of the academy."""
    return _list(desk, queue.listed(None, True, MOST))


def _list(desk: Desk, rows: list[JobRow]) -> Page:
    state = request.args.get("state", "")
    rows = [row for row in rows if not state or row["state"] == state]
    table = table_or_file(desk, COLUMNS, rows, "jobs", "travaux.csv", state=state)
    if isinstance(table, Response):
        return table
    return show(desk, "jobs", table=table, states=choices(JOB_STATES))
