"""SIECLE file → rows, streamed: bytes in pieces, one row at a time, nothing kept.

A file is known by its root element. Refused: a document type declaration (every XML bomb and every outside reference
needs one), a zip that holds anything but one XML file, whatever unpacks beyond the limits, text in another encoding
than it declares.
"""

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO
from xml.sax import ContentHandler, SAXParseException
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from idp.people.rules.siecle import SiecleFault, SiecleFile

LARGEST_FILE = 100_000_000
"""Bytes of XML. A lycée of 3,000 pupils exports about 15 million."""

LONGEST_TEXT = 1_000
DEEPEST = 16
PIECE = 65_536

PUPILS, GUARDIANS = "BEE_ELEVES", "BEE_RESPONSABLES"
OTHER_EXPORTS = ("BEE_STRUCTURES", "BEE_NOMENCLATURES")

_ROWS = {
    f"{PUPILS}/PARAMETRES",
    f"{PUPILS}/DONNEES/ELEVES/ELEVE",
    f"{PUPILS}/DONNEES/STRUCTURES/STRUCTURES_ELEVE/STRUCTURE",
    f"{GUARDIANS}/PARAMETRES",
    f"{GUARDIANS}/DONNEES/PERSONNES/PERSONNE",
    f"{GUARDIANS}/DONNEES/RESPONSABLES/RESPONSABLE_ELEVE",
    f"{GUARDIANS}/DONNEES/ADRESSES/ADRESSE",
}
_OUTER = {f"{PUPILS}/DONNEES/STRUCTURES/STRUCTURES_ELEVE"}
"""Elements around rows whose attributes belong to each row inside."""

_ENCODINGS = {"utf-8", "iso8859-1", "iso8859-15", "cp1252", "ascii"}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


@dataclass(slots=True)
class Row:
    """One element of interest: its attributes and the texts of its direct children, by SIECLE's names."""

    tag: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)


def root_of(file: SiecleFile) -> str:
    """BEE_ELEVES or BEE_RESPONSABLES. Raises SiecleFault for anything else."""
    with _opened(file) as (content, encoding):
        handler = _Rows(file.name)
        for _ in _parse(file.name, content, encoding, handler):
            break
        return handler.root


def rows(file: SiecleFile) -> Iterator[Row]:
    """Every row in the order of the file. Raises SiecleFault."""
    with _opened(file) as (content, encoding):
        yield from _parse(file.name, content, encoding, _Rows(file.name))


class _Rows(ContentHandler):
    """Gathers rows as elements end. Deeper children are left out: they repeat names (SCOLARITE_AN_DERNIER/CODE_MEF)."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.root = ""
        self.ready: list[Row] = []
        self._name = name
        self._path: list[str] = []
        self._row: Row | None = None
        self._row_depth = 0
        self._outer: dict[str, str] = {}
        self._text: list[str] = []
        self._length = 0

    def setDocumentLocator(self, locator: Locator) -> None:
        self._where = locator

    @property
    def line(self) -> int:
        return int(self._where.getLineNumber() or 0)

    def startElement(self, tag: str, attributes: AttributesImpl) -> None:
        self._path.append(tag)
        self._text, self._length = [], 0
        if len(self._path) == 1:
            self.root = self._known_root(tag)
        if len(self._path) > DEEPEST:
            raise SiecleFault(self._name, "Elements are nested too deeply for a SIECLE export.", self.line)
        if self._row is not None:
            return
        path = "/".join(self._path)
        if path in _OUTER:
            self._outer = dict(attributes.items())
        elif path in _ROWS:
            self._row = Row(tag, self.line, {**self._outer, **dict(attributes.items())})
            self._row_depth = len(self._path)

    def characters(self, text: str) -> None:
        if self._row is None:
            return
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise SiecleFault(
                self._name, f"This text is longer than {LONGEST_TEXT} characters.", self.line, self._path[-1]
            )
        self._text.append(text)

    def endElement(self, tag: str) -> None:
        if self._row is not None:
            depth = len(self._path) - self._row_depth
            if depth == 1:
                self._row.fields[tag] = " ".join("".join(self._text).split())
            elif depth == 0:
                self.ready.append(self._row)
                self._row = None
        elif "/".join(self._path) in _OUTER:
            self._outer = {}
        self._text, self._length = [], 0
        self._path.pop()

    def _known_root(self, tag: str) -> str:
        if tag in (PUPILS, GUARDIANS):
            return tag
        if tag in OTHER_EXPORTS:
            raise SiecleFault(
                self._name, f"This is {tag}; the import needs {PUPILS} and {GUARDIANS}.", self.line
            )
        raise SiecleFault(self._name, "This is not a SIECLE export: its root element is another.", self.line)


def _parse(name: str, content: IO[bytes], encoding: str, handler: _Rows) -> Iterator[Row]:
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    handler.setDocumentLocator(parser)
    decoder = codecs.getincrementaldecoder(encoding)()
    size = 0
    try:
        while piece := content.read(PIECE):
            size += len(piece)
            if size > LARGEST_FILE:
                raise SiecleFault(name, f"This file is larger than {LARGEST_FILE // 1_000_000} MB.")
            if text := decoder.decode(piece):
                parser.feed(text)
            yield from _drained(handler)
        decoder.decode(b"", final=True)
        parser.close()
    except SAXParseException as fault:
        raise SiecleFault(name, f"The XML is broken: {fault.getMessage()}.", fault.getLineNumber()) from None
    except DefusedXmlException:
        raise SiecleFault(
            name, "A document type or entity is declared, which no SIECLE export does.", handler.line
        ) from None
    except UnicodeDecodeError:
        raise SiecleFault(name, f"Some characters are not {encoding}, which the file declares.") from None
    yield from _drained(handler)


def _drained(handler: _Rows) -> list[Row]:
    ready, handler.ready = handler.ready, []
    return ready


@contextmanager
def _opened(file: SiecleFile) -> Iterator[tuple[IO[bytes], str]]:
    """The XML's bytes from their beginning, and the encoding they are in."""
    file.content.seek(0)
    start = file.content.read(4)
    file.content.seek(0)
    if not start:
        raise SiecleFault(file.name, "This file is empty.")
    if start != b"PK\x03\x04":
        yield file.content, _encoding(file.name, file.content)
        return
    try:
        with zipfile.ZipFile(file.content) as archive:
            inside = _only_xml(file.name, archive)
            with archive.open(inside) as head:
                encoding = _encoding(file.name, head)
            with archive.open(inside) as content:
                yield content, encoding
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise SiecleFault(file.name, "The zip cannot be unpacked: it is damaged.") from None


def _only_xml(name: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    inside = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(inside) != 1 or not inside[0].filename.lower().endswith(".xml"):
        raise SiecleFault(name, "The zip must hold one XML file and nothing else.")
    if inside[0].flag_bits & 1:
        raise SiecleFault(name, "The zip is protected by a password.")
    return inside[0]


def _encoding(name: str, content: IO[bytes]) -> str:
    """The declared encoding; UTF-8 where the bytes are UTF-8 in spite of their declaration, as some tools re-save them."""
    declared = _declared(name, content.read(512))
    content.seek(0)
    if declared != "utf-8" and _is_utf_8(content):
        declared = "utf-8"
    content.seek(0)
    return "utf-8-sig" if declared == "utf-8" else declared


def _declared(name: str, head: bytes) -> str:
    found = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    label = found[1].decode() if found else "utf-8"
    try:
        encoding = codecs.lookup(label).name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS or head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        raise SiecleFault(name, "The text's encoding is unknown here; ISO-8859-15 and UTF-8 are read.", 1)
    return encoding


def _is_utf_8(content: IO[bytes]) -> bool:
    """French text in an 8-bit encoding is never UTF-8 by chance: one accent followed by a plain letter disproves it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, beyond_ascii = 0, False
    try:
        while (piece := content.read(PIECE)) and size <= LARGEST_FILE:
            size += len(piece)
            decoder.decode(piece)
            beyond_ascii = beyond_ascii or not piece.isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return beyond_ascii
