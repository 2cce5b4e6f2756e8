"""Fields of a SIECLE row → typed values. Texts are NFC, without control or invisible characters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from idp.imports.rules.faults import Fault, FaultCode
from idp.imports.rules.records import Doubt
from idp.imports.rules.siecle_xml import Row
from idp.people.rules.legible_text import legible
from idp.people.rules.mail_addresses import clean_address
from idp.people.rules.phone_numbers import clean_number, territory_of

_INE = re.compile(r"[0-9]{9}[0-9A-Z][A-Z]")
_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Fields:
    """A row. Unreadable fields are added to `faults`, with file, line and field, and reading continues.

    `mend`: texts that look encoded twice are mended; otherwise they are added to `doubts`.
    `columns`: SIECLE's field → the column of the school's own table, for faults.
    """

    file: str
    row: Row
    mend: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def beside(self, row: Row) -> "Fields":
        """Another row of the same person, with shared faults and doubts."""
        return replace(self, row=row)

    def note(self, name: str, code: FaultCode, **facts: object) -> None:
        texts = {key: str(value) for key, value in facts.items()}
        self.faults.append(Fault(code, self.file, self.row.line, self.columns.get(name, name), texts))

    def text(self, name: str, longest: int = 100) -> str | None:
        """The text of a field; None if absent or empty, or too long (a fault)."""
        read = legible(self.row.fields.get(name, ""))
        text = read.mended if self.mend and read.mended is not None else read.written
        if len(text) > longest or name in self.row.too_long:
            if not self._is_noted(name):
                self.note(name, FaultCode.TOO_LONG, number=longest)
            return None
        doubt = Doubt(name, read.written, read.mended)
        if read.doubtful and doubt not in self.doubts:
            self.doubts.append(doubt)
        return text or None

    def _is_noted(self, name: str) -> bool:
        place = (self.row.line, self.columns.get(name, name))
        return any((fault.line, fault.field) == place for fault in self.faults)

    def required(self, *names: str) -> str:
        """The first present field of `names`, which differ in old and new exports. Empty with a fault."""
        for name in names:
            if text := self.text(name):
                return text
        if not any(self._is_noted(name) for name in names):
            self.note(names[0], FaultCode.EMPTY_FIELD)
        return ""

    def code(self, name: str) -> str:
        """An identifier: ELEVE_ID, PERSONNE_ID. Empty with a fault."""
        text = self.required(name)
        if text and not _CODE.fullmatch(text):
            self.note(name, FaultCode.NOT_IDENTIFIER)
            return ""
        return text

    def day(self, name: str) -> str | None:
        """dd/mm/yyyy as an ISO date."""
        text = self.text(name)
        if text is None:
            return None
        match = _DATE.fullmatch(text)
        try:
            if match:
                return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        except ValueError:
            pass
        self.note(name, FaultCode.NOT_DATE)
        return None

    def required_day(self, name: str) -> str:
        day = self.day(name)
        if day is None and not self._is_noted(name):
            self.note(name, FaultCode.EMPTY_FIELD)
        return day or ""

    def ine(self) -> str | None:
        """National pupil number: 9 digits and 2 letters; numbers given before 2018 have 10 digits and 1 letter."""
        text = (self.text("ID_NATIONAL") or "").upper()
        if text and not _INE.fullmatch(text):
            self.note("ID_NATIONAL", FaultCode.NOT_INE)
            return None
        return text or None

    def sex(self) -> str | None:
        return {"1": "M", "2": "F", "M": "M", "F": "F"}.get(self.text("CODE_SEXE") or "")

    def phone(self, name: str, uai: str) -> str | None:
        """E.164, by the plan of the school's territory first (`clean_number`). None if absent or not valid."""
        text = self.text(name)
        return clean_number(text, territory_of(uai)) if text else None

    def unread(self, read: Mapping[str, str | None]) -> tuple[str, ...]:
        """Fields with a text that was not read as a value."""
        return tuple(name for name, value in read.items() if value is None and self.text(name, 254))

    def mail(self, name: str) -> str | None:
        text = self.text(name, 254)
        return clean_address(text) if text else None

    def level(self) -> int:
        """1 = legal guardian. Old exports have RESP_LEGAL instead: 1 and 2 are legal guardians, 0 is a contact."""
        level = self.text("NIVEAU_RESPONSABILITE")
        if level is not None:
            if level not in ("1", "2", "3"):
                self.note("NIVEAU_RESPONSABILITE", FaultCode.NOT_LEVEL)
                return 3
            return int(level)
        legal = (self.text("RESP_LEGAL") or "0").lower()
        if legal not in ("0", "1", "2", "true", "false"):
            self.note("RESP_LEGAL", FaultCode.NOT_LEGAL)
        return 1 if legal in ("1", "2", "true") else 3

    def relation(self) -> str:
        """CODE_PARENTE; 90 (other) if empty."""
        text = self.text("CODE_PARENTE") or "90"
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            self.note("CODE_PARENTE", FaultCode.NOT_RELATION)
        return text
