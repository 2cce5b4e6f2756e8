"""The values an import is planned with: who is in the house, what would be done to whom, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.people.rules.siecle import PersonRecord, PupilRecord

PUPIL_FIELDS = (
    "ine",
    "family_name",
    "usage_name",
    "first_name",
    "other_first_names",
    "sex",
    "birth_date",
    "mobile",
    "contact_mail",
)
PLACE_FIELDS = ("class_code", "mef")
GUARDIAN_FIELDS = (
    "civility",
    "family_name",
    "usage_name",
    "first_name",
    "mobile",
    "phone",
    "contact_mail",
    "address",
    "postal_code",
    "city",
)


class Verdict(StrEnum):
    """NOTED changes nothing and asks nothing: a phone that is no number, an institution without an account."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    AMBIGUOUS = "ambiguous"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class PresentPupil:
    """A pupil of the school, or of another school whose INE is in the export. `here`: in this school now."""

    person: int
    ine: str | None
    family_name: str
    usage_name: str | None
    first_name: str
    other_first_names: str | None
    sex: str | None
    birth_date: str | None
    mobile: str | None
    contact_mail: str | None
    here: bool
    class_code: str | None
    mef: str | None
    source_id: str | None
    own_guardian: bool


@dataclass(frozen=True, slots=True)
class PresentGuardian:
    """A guardian known to the school by `source_ids`, or one of another school who shares a mail or mobile.

    `children` are open links to pupils' persons: (pupil, relation, whether this school said so).
    """

    person: int
    civility: str | None
    family_name: str
    usage_name: str | None
    first_name: str
    mobile: str | None
    phone: str | None
    contact_mail: str | None
    address: str | None
    postal_code: str | None
    city: str | None
    source_ids: frozenset[str]
    children: frozenset[tuple[int, str, bool]]


@dataclass(frozen=True, slots=True)
class Present:
    """Who is in the house before the import."""

    pupils: tuple[PresentPupil, ...]
    guardians: tuple[PresentGuardian, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a preview. `source_id` is ELEVE_ID or PERSONNE_ID, None for who is no longer in the export.

    `candidates` are the persons whom an ambiguous record may be: the office says which (`Decisions`).
    """

    verdict: Verdict
    kind: str
    name: str
    reasons: tuple[str, ...]
    source_id: str | None = None
    candidates: tuple[int, ...] = ()


Decisions = Mapping[tuple[str, str], int | None]
"""(kind, source_id) → the person whom the office says it is; None: somebody who is not known yet."""


@dataclass(frozen=True, slots=True)
class PupilStep:
    """`person` None: to be created. `changes` empty: as before."""

    record: PupilRecord
    person: int | None
    own_guardian_by: str | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuardianStep:
    """`children`: (ELEVE_ID, relation) of every pupil whose legal guardian this person is."""

    record: PersonRecord
    person: int | None
    children: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]


def differences(record: object, present: object, names: tuple[str, ...]) -> tuple[str, ...]:
    """`name: before → after` for each of `names` that differs."""
    return tuple(
        f"{name}: {getattr(present, name) or '–'} → {getattr(record, name) or '–'}"
        for name in names
        if (getattr(present, name) or None) != (getattr(record, name) or None)
    )
