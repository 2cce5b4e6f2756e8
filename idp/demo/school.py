"""An invented collège, a smaller one that shares families with it, and the staff of both: the same for the same seed."""

from dataclasses import dataclass

from idp.people.rules.siecle import UAI_LETTERS, SchoolExport

YEAR = 2026
EXPORTED_ON = "2026-11-16"
LETTERS = "ABCDEF"
LEVELS = {"6": "10010012110", "5": "10110012110", "4": "10210012110", "3": "10310019110"}
"""Level → MEF."""


@dataclass(frozen=True)
class InventedSchool:
    export: SchoolExport
    name: str
    office: str


@dataclass(frozen=True)
class Staff:
    """`role` is one of head, deputy, secretary, teacher, administrator; `uai` None: the academy."""

    civility: str
    first_name: str
    family_name: str
    role: str
    uai: str | None
    mail: str


@dataclass(frozen=True)
class Key:
    """Where a school's base has someone: what `idp.people.schools.find_account` takes."""

    uai: str
    kind: str
    source_id: str


@dataclass(frozen=True)
class Cases:
    """Whom the demonstration shows. `pupil` is the one child of `newcomer` and of `other_guardian`."""

    newcomer: Key
    newcomer_birth_date: str
    other_guardian: Key
    pupil: Key
    pupil_birth_date: str
    two_schools: Key


@dataclass(frozen=True)
class Demonstration:
    """The larger school comes first."""

    schools: tuple[InventedSchool, InventedSchool]
    personnel: tuple[Staff, ...]


def uai(number: int) -> str:
    """The UAI with its check letter; 099 is no department."""
    return f"{number:07}{UAI_LETTERS[number % 23]}"
