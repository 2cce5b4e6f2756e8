"""Cells of CSV files for spreadsheets."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def escape_formula(cell: str) -> str:
    """The cell as text, if a spreadsheet would read it as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
