"""Values of an import's plan: present people, decisions of the school, entries of the preview, steps."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from idp.imports.rules.faults import Fault
from idp.imports.rules.reasons import NO_VALUE, Reason, ReasonCode
from idp.imports.rules.records import PersonRecord, PupilRecord
from idp.people.rules.names import plain, same_words

Record = TypeVar("Record", PupilRecord, PersonRecord)

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
SPELLED = ("family_name", "usage_name", "first_name", "other_first_names", "civility", "address", "city")
"""Texts in which a difference of case or accents is not a change."""

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


LEFT_OUT = Reason(ReasonCode.LEFT_OUT_BY_SCHOOL)


class Verdict(StrEnum):
    """NOTED: for information, such as an unreadable phone number, or an institution without an account.

    SET_ASIDE: the record is not imported because of its faults; a known person stays unchanged.
    """

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    AMBIGUOUS = "ambiguous"
    NOTED = "noted"
    SET_ASIDE = "set_aside"


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
    """A guardian with `source_ids` of the school, or a guardian of another school with a common mail, mobile or child.

    `children`: open links (person id of the pupil, relation, whether of this school). `past`: ended links (pupil, relation).
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
    past: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Present:
    """The people who are present before the import."""

    pupils: tuple[PresentPupil, ...]
    guardians: tuple[PresentGuardian, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a preview. `source_id` is ELEVE_ID or PERSONNE_ID, None for a person who is no longer in the export.

    `candidates`: persons whom an ambiguous record may be; the school decides (`Decisions`). `known`: the candidate to whom
    the record belongs so far. `left_out`: the record is not imported until the school decides.
    """

    verdict: Verdict
    kind: str
    name: str
    reasons: tuple[Reason, ...]
    source_id: str | None = None
    candidates: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()
    ine: str | None = None
    known: int | None = None
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The school's decision about a record. `person`: None for a new person. `left_out`: it is not imported.

    `record`: digest of the record that was decided on (`record_digest`); None if it was not stored.
    """

    person: int | None
    left_out: bool = False
    record: str | None = None


Decisions = Mapping[tuple[str, str], Decision]
"""(kind, source_id) → the decision of the school."""


def decision_for(decisions: Decisions, record: PupilRecord | PersonRecord) -> Decision | None:
    """The decision about a record; None if its identifier is of another human being now."""
    kind = "pupil" if isinstance(record, PupilRecord) else "guardian"
    decision = decisions.get((kind, record.source_id))
    return decision if decision and decision.record in (None, record_digest(record)) else None


def record_digest(record: PupilRecord | PersonRecord) -> str:
    """SHA-256 of the names and birth date of a pupil, or the names and civility of a guardian."""
    also = record.birth_date if isinstance(record, PupilRecord) else plain(record.civility)
    names = (plain(record.family_name), plain(record.first_name), also)
    return hashlib.sha256("|".join(names).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PupilStep:
    """A pupil to write. `person` None: a new person. `changes` empty: unchanged."""

    record: PupilRecord
    person: int | None
    own_guardian_by: str | None
    changes: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class GuardianStep:
    """A guardian to write, as `PupilStep`. `children`: (ELEVE_ID, relation) of the pupils whose legal guardian this is."""

    record: PersonRecord
    person: int | None
    children: tuple[tuple[str, str], ...]
    changes: tuple[Reason, ...]


def differences(record: object, present: object, names: tuple[str, ...]) -> tuple[Reason, ...]:
    """A reason for each of `names` that differs, with its values before and after."""
    return tuple(
        Reason(
            ReasonCode.FIELD_CHANGED,
            {
                "field": name,
                "before": getattr(present, name) or NO_VALUE,
                "after": getattr(record, name) or NO_VALUE,
            },
        )
        for name in names
        if (getattr(present, name) or None) != (getattr(record, name) or None)
    )


def with_present_spelling(
    record: Record, present: PresentPupil | PresentGuardian, elsewhere: bool = False
) -> Record:
    """The record with the present spelling of texts that differ in case or accents only.

    Two schools may spell a name differently, and each import would undo the other's. `elsewhere`: the person is known in
    another school too; values that this export lacks are not removed then.
    """
    unchanged: dict[str, Any] = {}
    for name in (*SPELLED, "contact_mail", "mobile", "phone", "postal_code"):
        if not hasattr(record, name):
            continue
        value, present_value = getattr(record, name), getattr(present, name)
        same_text = name in SPELLED and same_words(value, present_value)
        same_mail = (
            name == "contact_mail"
            and value
            and present_value
            and value.casefold() == present_value.casefold()
        )
        if same_text or same_mail or (elsewhere and not value):
            unchanged[name] = present_value
    return replace(record, **unchanged)
