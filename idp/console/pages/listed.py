"""A list that fits into memory, as the table of a page or as the file that its address asks for."""

from collections.abc import Callable, Mapping, Sequence

from flask import Response, request
from flask_babel import gettext

from idp.console import table_files
from idp.console.pages.page import Desk, chosen_keys
from idp.console.rules.tables import (
    A_PAGE,
    MOST_ROWS,
    Column,
    Row,
    Table,
    arranged,
    chosen_columns,
    table_of,
    wants_file,
)
from idp.runtime.context import now
from idp.web.languages import moment


def table_or_file(
    desk: Desk,
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    list_name: str,
    file: str,
    **filters: str,
) -> Table[Row] | Response:
    """The table of `rows`; the file, which is on record as `list_name`, if the address asks for it.

    `filters`: those of the address that were applied already. Without a `q` among them, the text of the address searches the rows.
    """
    parameters = request.args.to_dict() | filters
    if "q" in filters:
        parameters["q"] = ""
    if wants_file(request.args):
        everything = arranged(columns, rows, parameters, MOST_ROWS)
        return file_of(desk, columns, everything.rows, list_name, file)
    return table_of(columns, chosen_keys(), arranged(columns, rows, parameters, A_PAGE, **filters))


def moments(key: str, label: str, read: Callable[[Row], int | None], shown: bool = True) -> Column[Row]:
    """A column of moments (epoch seconds; None: "–"), in whose order its head sorts."""
    return Column(key, label, lambda row: when(read(row)), sorts=True, shown=shown, value=read)


def numbers(key: str, label: str, read: Callable[[Row], int | None]) -> Column[Row]:
    """A column of numbers (None: "–"), in whose order its head sorts."""
    return Column(key, label, lambda row: _count(read(row)), sorts=True, is_number=True, value=read)


def when(seconds: int | None) -> str:
    """A moment as people write it, or "–"."""
    return moment(seconds) if seconds else "–"


def _count(number: int | None) -> str:
    return "–" if number is None else str(number)


def choices(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """(value, word) of a filter's list, in the reader's language."""
    return [(value, gettext(word)) for value, word in words.items()]


def file_of(
    desk: Desk, columns: Sequence[Column[Row]], rows: Sequence[Row], list_name: str, file: str
) -> Response:
    """The rows as a file with the columns of the address, on record at the school of the page."""
    subject = f"school:{desk.school.uai}" if desk.school else "audit"
    table_files.put_on_record(list_name, len(rows), subject, desk.actor, now())
    return table_files.csv_answer(chosen_columns(columns, chosen_keys()), rows, file)
