"""What SIECLE exports say, as values: pupils, guardians, the links between them; and what is wrong with a file."""

from dataclasses import dataclass
from typing import BinaryIO

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"

DEGREE = "2d"
"""SIECLE is the base of collèges and lycées: second degree."""


class SiecleFault(Exception):
    """A file that cannot be imported, in a sentence. `line` is where it shows; `field` is SIECLE's own name for it."""

    def __init__(self, file: str, sentence: str, line: int | None = None, field: str | None = None) -> None:
        super().__init__(file, sentence, line, field)
        self.file, self.sentence, self.line, self.field = file, sentence, line, field

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        field = f", {self.field}" if self.field else ""
        return f"{self.file}{line}{field}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class SiecleFile:
    """A file as it was handed in. `content` is binary and seekable, and is read from its beginning."""

    name: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class PupilRecord:
    """ELEVE, with the class of STRUCTURES_ELEVE. Dates are ISO, YYYY-MM-DD; `left` is DATE_SORTIE."""

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


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """PERSONNE, with its ADRESSE. Phones are E.164; `unusable` names contact fields that could not be read."""

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


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """RESPONSABLE_ELEVE. `level` 1 is a legal guardian; `relation` is CODE_PARENTE."""

    pupil: str
    person: str
    relation: str
    level: int


@dataclass(frozen=True, slots=True)
class SchoolExport:
    """What the two files of one school and year say together. Links name pupils and persons of this export only."""

    uai: str
    year: int
    exported_on: str | None
    pupils: tuple[PupilRecord, ...]
    persons: tuple[PersonRecord, ...]
    links: tuple[LinkRecord, ...]


def is_uai(text: str) -> bool:
    """7 digits and the check letter that goes with them."""
    digits = text[:7]
    if len(text) != 8 or not (digits.isascii() and digits.isdigit()):
        return False
    return text[7] == UAI_LETTERS[int(digits) % 23]
