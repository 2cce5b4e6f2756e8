"""Records of SIECLE exports: pupils, guardians, links; and records that are set aside or in question."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from idp.imports.rules.faults import Fault, FaultCode
from idp.imports.rules.reasons import Reason, ReasonCode


class SiecleFault(Exception):
    """Files that cannot be imported, with all their faults."""

    def __init__(
        self, file: str, code: FaultCode, line: int | None = None, field: str | None = None, **facts: object
    ) -> None:
        texts = {name: str(value) for name, value in facts.items()}
        self.faults: tuple[Fault, ...] = (Fault(code, file, line, field, texts),)
        super().__init__(*self.faults)

    @classmethod
    def of(cls, faults: tuple[Fault, ...]) -> "SiecleFault":
        """The set-aside record of one or more faults."""
        first = faults[0]
        exception = cls(first.file, first.code, first.line, first.field, **first.facts)
        exception.faults = faults
        return exception

    @property
    def first(self) -> Fault:
        return self.faults[0]

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class SiecleFile:
    """A submitted file. `content` is binary and seekable, and is read from its beginning."""

    name: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class PupilRecord:
    """ELEVE, with the class of STRUCTURES_ELEVE. Dates are ISO, YYYY-MM-DD; `left` is DATE_SORTIE.

    `unusable` and `landline` are as in `PersonRecord`.
    """

    source_id: str
    ine: str | None
    family_name: str
    usage_name: str | None
    first_name: str
    other_first_names: str | None
    sex: str | None
    birth_date: str
    mef: str | None
    class_code: str | None
    left: str | None
    mobile: str | None
    contact_mail: str | None
    unusable: tuple[str, ...] = ()
    landline: str | None = None

    @property
    def contact_notes(self) -> tuple[Reason, ...]:
        return _contact_notes(self.unusable, self.landline)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """PERSONNE, with its ADRESSE. Phones are E.164; `unusable`: contact fields that could not be read.

    `landline`: the number in TEL_PORTABLE that is left out, because it gets no SMS and `phone` is another number.
    """

    source_id: str
    civility: str | None
    family_name: str
    usage_name: str | None
    first_name: str | None
    mobile: str | None
    phone: str | None
    contact_mail: str | None
    address: str | None
    postal_code: str | None
    city: str | None
    unusable: tuple[str, ...] = ()
    landline: str | None = None

    @property
    def contact_notes(self) -> tuple[Reason, ...]:
        return _contact_notes(self.unusable, self.landline)


def _contact_notes(unusable: tuple[str, ...], landline: str | None) -> tuple[Reason, ...]:
    """What the school should know of contact fields: the person is imported without them."""
    notes = [
        Reason(
            ReasonCode.MAIL_UNREADABLE if field == "MEL" else ReasonCode.PHONE_UNREADABLE, {"field": field}
        )
        for field in unusable
    ]
    if landline:
        notes.append(Reason(ReasonCode.MOBILE_IS_LANDLINE, {"field": "TEL_PORTABLE"}))
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """RESPONSABLE_ELEVE. `level` 1 is a legal guardian; `relation` is CODE_PARENTE."""

    pupil: str
    person: str
    relation: str
    level: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A text that looks damaged: as written, and mended (None: it cannot be mended)."""

    field: str
    written: str
    mended: str | None


AS_WRITTEN, MENDED, ASIDE = "written", "mended", "aside"
"""Answers of the school for a record with a damaged text."""

Answers = Mapping[tuple[str, str], tuple[str, str]]
"""(kind, source_id) → (digest of the texts, answer)."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that is not imported, with its faults. Unreadable or damaged parts are empty or None.

    `kind`: pupil, guardian; link (from `person` to `pupil`, with the pupil's name); row (without a person).
    """

    kind: str
    name: str
    faults: tuple[Fault, ...]
    source_id: str | None = None
    family_name: str = ""
    first_name: str = ""
    birth_date: str = ""
    ine: str | None = None
    pupil: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A record with damaged texts: imported as written, mended, or set aside, by the school's answer."""

    written: PupilRecord | PersonRecord
    mended: PupilRecord | PersonRecord | None
    doubts: tuple[Doubt, ...]
    aside: SetAside
    """The record as set aside, without an answer."""
    answer: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the texts: an answer applies to these texts only."""
        texts = "|".join(f"{doubt.field}={doubt.written}" for doubt in self.doubts)
        return hashlib.sha256(texts.encode("utf-8", "backslashreplace")).hexdigest()

    def answered(self, answers: Answers) -> "Question":
        digest, answer = answers.get((self.aside.kind, self.written.source_id), ("", ""))
        if digest != self.digest or (answer == MENDED and self.mended is None):
            return self
        return replace(self, answer=answer)

    @property
    def record(self) -> PupilRecord | PersonRecord | None:
        """The record to import; None if it is set aside."""
        return {AS_WRITTEN: self.written, MENDED: self.mended}.get(self.answer or ASIDE)


@dataclass(frozen=True, slots=True)
class SchoolExport:
    """The content of both files of a school and year. Links are between pupils and persons of this export only."""

    uai: str
    year: int
    exported_on: str | None
    pupils: tuple[PupilRecord, ...]
    persons: tuple[PersonRecord, ...]
    links: tuple[LinkRecord, ...]
    set_aside: tuple[SetAside, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Both files as read, before the school's answers: `apply_answers` returns the export.

    `links` are between pupils and persons of the files, including those that cannot be imported.
    """

    uai: str
    year: int
    exported_on: str | None
    records: tuple[PupilRecord | PersonRecord | Question, ...]
    links: tuple[LinkRecord, ...]
    set_aside: tuple[SetAside, ...]
