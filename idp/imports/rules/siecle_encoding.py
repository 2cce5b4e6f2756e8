"""The encoding of a SIECLE file: the declared one, or UTF-8 if its bytes are."""

import codecs
import re
from dataclasses import dataclass
from typing import IO

from idp.imports.rules.faults import FaultCode
from idp.imports.rules.records import SiecleFault

PIECE = 65_536
_ENCODINGS = {
    "utf-8": "utf-8",
    "ascii": "ascii",
    "iso8859-1": "latin-1",
    "cp1252": "latin-1",
    "iso8859-15": "iso8859-15",
}
"""Windows-1252 is decoded as ISO-8859-1: `legible` converts bytes 80 to 9F under either label."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Encoding:
    """`errors`: "replace" if a few bytes are damaged in UTF-8 text."""

    name: str
    errors: str = "strict"


def encoding_of(name: str, content: IO[bytes], largest: int) -> Encoding:
    """The declared encoding, or UTF-8 if the bytes are: some tools re-save files without changing the declaration."""
    declared = _declared(name, content.read(512))
    content.seek(0)
    good, bad = _as_utf_8(content, largest)
    content.seek(0)
    if declared == "utf-8":
        if bad >= max(good, 1):
            raise SiecleFault(name, FaultCode.WRONG_ENCODING, encoding=declared)
        return Encoding("utf-8-sig", "replace" if bad else "strict")
    # French text in an 8-bit encoding is hardly ever valid UTF-8: é before an ASCII letter is not.
    if good and good >= 10 * bad:
        return Encoding("utf-8-sig", "replace" if bad else "strict")
    return Encoding(_ENCODINGS[declared])


def is_mostly_utf_8(content: IO[bytes], largest: int) -> bool:
    """Whether a text without a declaration is UTF-8, perhaps with a few damaged bytes."""
    content.seek(0)
    good, bad = _as_utf_8(content, largest)
    content.seek(0)
    return good > bad or not bad


def _declared(name: str, head: bytes) -> str:
    declaration = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    label = declaration[1].decode() if declaration else "utf-8"
    try:
        encoding = codecs.lookup(label).name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS or head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        raise SiecleFault(name, FaultCode.UNKNOWN_ENCODING, 1)
    return encoding


def _as_utf_8(content: IO[bytes], largest: int) -> tuple[int, int]:
    """(number of valid characters beyond ASCII, number of invalid sequences)."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    size = good = bad = 0
    while (piece := content.read(PIECE)) and size <= largest:
        size += len(piece)
        text = decoder.decode(piece)
        if text.isascii():
            continue
        damaged = max(0, text.count(_UNREADABLE) - piece.count(_UNREADABLE.encode()))
        bad += damaged
        good += len(text) - len(text.encode("ascii", "ignore")) - damaged
    bad += decoder.decode(b"", final=True).count(_UNREADABLE)
    return good, bad
