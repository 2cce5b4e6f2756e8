"""Lines of CSV files for spreadsheets. Every CSV file that the provider writes comes from here: no cell is a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

_SIGNS = "=+-@\N{MINUS SIGN}"
"""Signs with which a spreadsheet begins a formula, in their compatibility form: a full-width ＝ is an =, a small ﹣ a -."""
_UNSEEN = ("Cf", "Zs", "Zl", "Zp")
"""Categories of characters that a spreadsheet passes over before a formula: spaces, marks without width."""
_CONTROL = "Cc"
"""Category of tabs and line ends, which split a cell, and of other control characters."""


def escape_formula(cell: str) -> str:
    """The cell as text, if a spreadsheet would read it as a formula, or split it at its first character (OWASP, CSV injection)."""
    first = next((sign for sign in cell if unicodedata.category(sign) not in _UNSEEN), "")
    if not first:
        return cell
    is_formula = unicodedata.category(first) == _CONTROL or unicodedata.normalize("NFKC", first)[0] in _SIGNS
    return f"'{cell}" if is_formula else cell


def csv_content(lines: Iterable[Sequence[str]]) -> bytes:
    """A file: separator `;`, UTF-8 with BOM for Excel, formulas escaped."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for line in lines:
        table.writerow([escape_formula(cell) for cell in line])
    return ("\ufeff" + text.getvalue()).encode()
