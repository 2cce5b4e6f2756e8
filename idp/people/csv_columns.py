"""Reading a school's CSV: its columns as a page shows them, and the export that a mapping makes of it."""

from datetime import UTC, datetime
from typing import Any

from idp.database import reading
from idp.people.rules.csv_export import FIELDS, guessed, head_of, missing, read_csv
from idp.people.rules.import_plan import current_year
from idp.people.rules.siecle import SchoolExport, SiecleFile
from idp.people.storage import import_rows, schools

__all__ = ["FIELDS", "columns", "missing", "read"]


def columns(number: int, school: int) -> tuple[list[str], list[list[str]], dict[str, str]]:
    """Column names, first lines, and the mapping to begin with: the school's last, else a guess. Raises SiecleFault."""
    ((name, content),) = import_rows.files_of(reading(), number)
    with content:
        head, lines = head_of(SiecleFile(name, content))  # type: ignore[arg-type]
    kept = schools.mapping_of(reading(), school) or {}
    known = {column: field for column, field in kept.items() if column in head}
    return head, lines, known or guessed(head)


def read(file: SiecleFile, mapping: dict[str, Any], uai: str, at: int) -> SchoolExport:
    """The export of a CSV, of the school year at `at` (epoch seconds). Raises SiecleFault."""
    return read_csv(file, mapping, uai, current_year(datetime.fromtimestamp(at, UTC).date().isoformat()))
