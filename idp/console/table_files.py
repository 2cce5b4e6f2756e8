"""A table as a CSV file: the columns and the rows that its address asks for, with formulas escaped. Each file is on record."""

import csv
import io
from collections.abc import Sequence

from flask import Response
from flask_babel import gettext

from idp.audit import trail
from idp.console.rules.tables import Column, Row, lines_of
from idp.database.engine import transaction
from idp.people.rules.csv_cells import escape_formula

MIME = "text/csv"


def csv_text(columns: Sequence[Column[Row]], rows: Sequence[Row]) -> bytes:
    """Separator `;`, UTF-8 with BOM for Excel."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for line in lines_of(columns, rows, gettext):
        table.writerow([escape_formula(cell) for cell in line])
    return ("\ufeff" + text.getvalue()).encode()


def answer(content: bytes, name: str, mime: str = MIME) -> Response:
    """A file to download, which no cache keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype=mime, headers=headers)


def put_on_record(table: str, rows: int, subject: str, actor: str, now: int) -> None:
    """Record that a list of people or acts left the base as a file. `subject`: the school, or the record itself."""
    with transaction() as tx:
        trail.record(tx, now, "list.exported", actor, subject, list=table, rows=rows)
