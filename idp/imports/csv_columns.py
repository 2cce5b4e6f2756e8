"""CSV files of a school: the columns for the mapping page, and the records by a mapping."""

from typing import Any

from idp.database.engine import reading
from idp.imports.rules.csv_export import FIELDS, guessed, missing, read_csv
from idp.imports.rules.csv_lines import head_of
from idp.imports.rules.plan import current_year
from idp.imports.rules.records import ReadFiles, SiecleFile
from idp.imports.storage import imports
from idp.people.storage import schools
from idp.runtime.context import day_of

__all__ = ["FIELDS", "columns", "missing", "read"]


def columns(number: int, school: int) -> tuple[list[str], list[list[str]], dict[str, str]]:
    """Column names, first lines and the proposed mapping: the school's last one, else a guess. Raises SiecleFault."""
    ((name, content),) = imports.files_of(reading(), number)
    with content:
        head, lines = head_of(SiecleFile(name, content))  # type: ignore[arg-type]
    stored = schools.mapping_of(reading(), school) or {}
    mapping = {column: field for column, field in stored.items() if column in head}
    return head, lines, mapping or guessed(head)


def read(file: SiecleFile, mapping: dict[str, Any], uai: str, at: int) -> ReadFiles:
    """The records of a CSV, for the school year at `at` (epoch seconds). Raises SiecleFault."""
    return read_csv(file, mapping, uai, current_year(day_of(at).isoformat()))
