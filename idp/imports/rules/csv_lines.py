"""The lines of a CSV: encoding, separator, limits.

Accepted is what Excel, LibreOffice, Numbers and Pronote write: `sep=;` before the head, separators after the last column,
UTF-8, UTF-16 with BOM (Excel's "Texte Unicode"), Windows-1252, and Mac OS Roman if lines end with CR only.
"""

import csv
import io
import re
from collections.abc import Iterator

from idp.imports.rules.faults import FaultCode
from idp.imports.rules.records import SiecleFault, SiecleFile
from idp.imports.rules.siecle_encoding import is_mostly_utf_8
from idp.people.rules.legible_text import windows_1252

LARGEST = 20_000_000
"""Bytes."""
MOST_LINES = 20_000
MOST_COLUMNS = 100

_SEPARATOR = re.compile(r"\ufeff?sep=([;,\t])[;,\t]*(?:\r\n|\r|\n)", re.IGNORECASE)
"""The first line that declares the separator for Excel."""


def head_of(file: SiecleFile, most: int = 3) -> tuple[list[str], list[list[str]]]:
    """(names of the columns, first lines). Raises SiecleFault."""
    lines = lines_of(file)
    _, head = next(lines)
    return head, [cells for _, cells in zip(range(most), (cells for _, cells in lines), strict=False)]


def lines_of(file: SiecleFile) -> Iterator[tuple[int, list[str]]]:
    """(number of the line, cells), the head first. Raises SiecleFault."""
    text = _text(file)
    declared = _SEPARATOR.match(text)
    start = declared.end() if declared else 0
    sample = (text[start : start + 4096].splitlines() or [""])[0]
    separator = declared[1] if declared else max(";,\t", key=sample.count)
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator)
    count, above = 0, 1 if declared else 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MOST_LINES:
                raise SiecleFault(
                    file.name, FaultCode.TOO_MANY_LINES, reader.line_num + above, number=MOST_LINES
                )
            if count == 1:
                if len(cells) > MOST_COLUMNS:
                    raise SiecleFault(
                        file.name, FaultCode.TOO_MANY_COLUMNS, reader.line_num + above, number=MOST_COLUMNS
                    )
                cells = [cell.strip() for cell in cells]
                while not cells[-1]:
                    cells.pop()
                if len(set(cells)) != len(cells) or "" in cells:
                    raise SiecleFault(file.name, FaultCode.COLUMN_NAMES, 1)
            yield reader.line_num + above, cells
    except csv.Error as fault:
        raise SiecleFault(file.name, FaultCode.BROKEN_LINE, reader.line_num + above, reason=fault) from None
    if count < 2:
        raise SiecleFault(file.name, FaultCode.NO_PUPIL)


def _text(file: SiecleFile) -> str:
    file.content.seek(0)
    content = file.content.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise SiecleFault(file.name, FaultCode.TOO_LARGE, number=LARGEST // 1_000_000)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content.startswith(b"PK") or b"\0" in content[:1000]:
        raise SiecleFault(file.name, FaultCode.NOT_CSV)
    if is_mostly_utf_8(io.BytesIO(content), LARGEST):
        return content.decode("utf-8-sig", "replace")
    if b"\r" in content and b"\n" not in content:
        return content.decode("mac-roman")
    return windows_1252(content)
