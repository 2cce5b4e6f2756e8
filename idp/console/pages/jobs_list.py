"""Lists of long work: of a school, and of the academy."""

from typing import Any

from flask import request
from flask_babel import gettext

from idp.console import table_files
from idp.console.pages.page import Desk, chosen_keys, page, show
from idp.console.rules.account_words import JOB_STATES
from idp.console.rules.listings import arrange
from idp.console.rules.rights import Act
from idp.console.rules.tables import MOST_ROWS, Column, chosen_columns, table_of, wants_file
from idp.console.rules.work_words import JOBS
from idp.jobs import queue
from idp.refusals import N_
from idp.runtime.context import now
from idp.web.form_pages import Page
from idp.web.languages import moment

JobRow = dict[str, Any]
MOST = 1_000
"""Jobs of the list: those of the last month, the newest first."""

COLUMNS: tuple[Column[JobRow], ...] = (
    Column(
        "kind",
        N_("Travail"),
        lambda row: f"{gettext(JOBS.get(row['kind'], row['kind']))} n° {row['id']}",
        sorts=True,
    ),
    Column("state", N_("État"), lambda row: gettext(JOB_STATES[row["state"]]), sorts=True),
    Column("done", N_("Avancement"), lambda row: f"{row['done']} / {row['total']}", is_number=True),
    Column("asked_at", N_("Demandé le"), lambda row: moment(row["asked_at"]), sorts=True),
    Column(
        "finished_at",
        N_("Terminé le"),
        lambda row: moment(row["finished_at"]) if row["finished_at"] else "–",
        sorts=True,
        shown=False,
    ),
)
_SORTED = {
    "kind": lambda row: row["kind"],
    "state": lambda row: row["state"],
    "asked_at": lambda row: row["asked_at"],
    "finished_at": lambda row: row["finished_at"],
}


@page("jobs", Act.SEE_NUMBERS)
def jobs(desk: Desk) -> Page:
    """The long work of a school."""
    assert desk.school is not None
    return _list(desk, queue.listed(desk.school.id, False, MOST), f"school:{desk.school.uai}")


@page("academy_jobs", Act.TROUBLE)
def academy_jobs(desk: Desk) -> Page:
    """The newest long work of every school and of the academy."""
    return _list(desk, queue.listed(None, True, MOST), "audit")


def _list(desk: Desk, rows: list[JobRow], subject: str) -> Page:
    state = request.args.get("state", "")
    rows = [row for row in rows if not state or row["state"] == state]
    read = {column.key: _SORTED.get(column.key, column.text) for column in COLUMNS}
    if wants_file(request.args):
        everything = arrange(rows, read, request.args, MOST_ROWS)
        table_files.put_on_record("jobs", everything.total, subject, desk.actor, now())
        content = table_files.csv_text(chosen_columns(COLUMNS, chosen_keys()), everything.rows)
        return table_files.answer(content, "travaux.csv")
    listing = arrange(rows, read, request.args, state=state)
    table = table_of(COLUMNS, chosen_keys(), listing)
    return show(desk, "jobs", table=table, state=state, states=list(JOB_STATES))
