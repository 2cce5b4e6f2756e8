"""SIECLE file → rows, streamed.

The root element tells which file it is. Refused: a document type declaration (XML bombs and external entities need one),
a zip with anything but one XML file, content beyond the limits after unpacking, text in another encoding than declared.
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

from idp.imports.rules.faults import FaultCode
from idp.imports.rules.records import SiecleFault, SiecleFile
from idp.imports.rules.siecle_encoding import PIECE, Encoding, encoding_of

LARGEST_FILE = 100_000_000
"""Bytes of XML. A lycée of 3,000 pupils exports about 15 million."""

LONGEST_TEXT = 1_000
DEEPEST = 16

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
"""Elements whose attributes are added to each row inside."""

_BLANKS = re.compile(r"[ \t\r\n]+")
"""White space of XML. U+0085 and U+00A0 may be part of a text that was encoded twice."""


@dataclass(slots=True)
class Row:
    """An element: its attributes and the texts of its direct children, by SIECLE's names."""

    tag: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    too_long: set[str] = field(default_factory=set)
    """Fields whose text exceeds LONGEST_TEXT and was cut."""


def root_of(file: SiecleFile) -> str:
    """BEE_ELEVES or BEE_RESPONSABLES. Raises SiecleFault for anything else."""
    with _opened(file) as (content, encoding):
        handler = _Rows(file.name)
        for _ in _parse(file.name, content, encoding, handler):
            break
        return handler.root


def rows(file: SiecleFile) -> Iterator[Row]:
    """Rows in the order of the file. Raises SiecleFault."""
    with _opened(file) as (content, encoding):
        yield from _parse(file.name, content, encoding, _Rows(file.name))


class _Rows(ContentHandler):
    """Collects rows as elements end. Deeper children are ignored: they repeat names (SCOLARITE_AN_DERNIER/CODE_MEF)."""

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
            raise SiecleFault(self._name, FaultCode.NESTED, self.line)
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
        if self._length <= LONGEST_TEXT:
            self._text.append(text)

    def endElement(self, tag: str) -> None:
        if self._row is not None:
            depth = len(self._path) - self._row_depth
            if depth == 1:
                self._row.fields[tag] = _BLANKS.sub(" ", "".join(self._text)).strip(" ")
                if self._length > LONGEST_TEXT:
                    self._row.too_long.add(tag)
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
            raise SiecleFault(self._name, FaultCode.WRONG_EXPORT, self.line, root=tag)
        raise SiecleFault(self._name, FaultCode.NOT_SIECLE, self.line)


def _parse(name: str, content: IO[bytes], encoding: Encoding, handler: _Rows) -> Iterator[Row]:
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    handler.setDocumentLocator(parser)
    decoder = codecs.getincrementaldecoder(encoding.name)(encoding.errors)
    size = 0
    try:
        while piece := content.read(PIECE):
            size += len(piece)
            if size > LARGEST_FILE:
                raise SiecleFault(name, FaultCode.TOO_LARGE, number=LARGEST_FILE // 1_000_000)
            if text := decoder.decode(piece):
                parser.feed(text)
            yield from _drained(handler)
        decoder.decode(b"", final=True)
        parser.close()
    except SAXParseException as fault:
        raise SiecleFault(
            name, FaultCode.BROKEN_XML, fault.getLineNumber(), reason=fault.getMessage()
        ) from None
    except DefusedXmlException:
        raise SiecleFault(name, FaultCode.DOCTYPE, handler.line) from None
    except UnicodeDecodeError:
        raise SiecleFault(name, FaultCode.WRONG_ENCODING, encoding=encoding.name) from None
    yield from _drained(handler)


def _drained(handler: _Rows) -> list[Row]:
    ready, handler.ready = handler.ready, []
    return ready


@contextmanager
def _opened(file: SiecleFile) -> Iterator[tuple[IO[bytes], Encoding]]:
    """(the XML from its beginning, its encoding). Raises SiecleFault."""
    file.content.seek(0)
    start = file.content.read(4)
    file.content.seek(0)
    if not start:
        raise SiecleFault(file.name, FaultCode.EMPTY_FILE)
    if start != b"PK\x03\x04":
        yield file.content, encoding_of(file.name, file.content, LARGEST_FILE)
        return
    try:
        with zipfile.ZipFile(file.content) as archive:
            inside = _only_xml(file.name, archive)
            with archive.open(inside) as head:
                encoding = encoding_of(file.name, head, LARGEST_FILE)
            with archive.open(inside) as content:
                yield content, encoding
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise SiecleFault(file.name, FaultCode.DAMAGED_ZIP) from None


def _is_added_by_macos(path: str) -> bool:
    """Whether the Finder of macOS has added this file to the zip: resource forks, folder views."""
    return path.startswith("__MACOSX/") or path.rpartition("/")[2] == ".DS_Store"


def _only_xml(name: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    inside = [
        entry for entry in archive.infolist() if not (entry.is_dir() or _is_added_by_macos(entry.filename))
    ]
    if len(inside) != 1 or not inside[0].filename.lower().endswith(".xml"):
        raise SiecleFault(name, FaultCode.ZIP_MEMBERS)
    if inside[0].flag_bits & 1:
        raise SiecleFault(name, FaultCode.ZIP_PASSWORD)
    return inside[0]
