"""A table as a CSV file: the columns and the rows that its address asks for, with formulas escaped. Each file is on record."""

from collections.abc import Iterable, Sequence

from flask import Response
from flask_babel import gettext

from idp.audit import trail
from idp.console.rules.tables import Column, Row, lines_of
from idp.database.engine import transaction
from idp.people.rules.csv_cells import csv_content

MIME = "text/csv"


def csv_answer(columns: Sequence[Column[Row]], rows: Iterable[Row], name: str) -> Response:
    """The rows as a file."""
    return answer(csv_content(lines_of(columns, rows, gettext)), name)


def answer(content: bytes, name: str, mime: str = MIME) -> Response:
    """A file to download, which no cache keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype=mime, headers=headers)


def put_on_record(table: str, rows: int, subject: str, actor: str, now: int) -> None:
    """Record that a list of people or acts left the base as a file. `subject`: the school, or the record itself."""
    with transaction() as tx:
        trail.record(tx, now, "list.exported", actor, subject, list=table, rows=rows)
