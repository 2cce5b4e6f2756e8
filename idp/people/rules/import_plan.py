"""Records of an export + the people who are present → what an import would do, each with its reason.

Pupils are known again by their INE, guardians by (UAI, PERSONNE_ID). Nobody is ever erased: who is absent is
deactivated. Where two human beings might be taken for one, nothing is merged and the case is listed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from idp.people.rules.credentials import plain
from idp.people.rules.families import LEGAL, THE_PUPIL, Identity, is_of_age, is_someone_else, why_no_account
from idp.people.rules.families import Agreement, agreement
from idp.people.rules.siecle import LinkRecord, PersonRecord, PupilRecord, SchoolExport

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
    """What is in the house before the import. `year` is that of the school's last import."""

    year: int | None
    pupils: tuple[PresentPupil, ...]
    guardians: tuple[PresentGuardian, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a preview. `source_id` is ELEVE_ID or PERSONNE_ID, None for who is no longer in the export."""

    verdict: Verdict
    kind: str
    name: str
    reasons: tuple[str, ...]
    source_id: str | None = None


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does. `gone_*` are persons who are in the house and no longer in the school."""

    uai: str
    year: int
    pupils: tuple[PupilStep, ...]
    guardians: tuple[GuardianStep, ...]
    gone_pupils: tuple[int, ...]
    gone_guardians: tuple[int, ...]
    entries: tuple[Entry, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many pupils and guardians of each verdict."""
        found = Counter((entry.kind, entry.verdict) for entry in self.entries)
        return {
            kind: {str(verdict): found[kind, verdict] for verdict in Verdict} for kind in ("pupil", "guardian")
        }

    @property
    def changes_nothing(self) -> bool:
        return not any(
            entry.verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.GONE) for entry in self.entries
        )


def refused_year(year: int, last_year: int | None, today: str) -> str | None:
    """Why an export of this school year cannot be imported today, None if it can. The next year opens in June."""
    day = date.fromisoformat(today)
    current = day.year if day.month >= 9 else day.year - 1
    allowed = {current, current + 1} if 6 <= day.month <= 8 else {current}
    if last_year is not None and year < last_year:
        return f"This export is of the school year {year}; {last_year} has been imported already."
    if year not in allowed:
        return f"This export is of the school year {year}; today is in {current}."
    return None


def make_plan(export: SchoolExport, present: Present, today: str) -> Plan:
    """Compare. `today` is an ISO date: a pupil whose DATE_SORTIE has come is absent."""
    entries: list[Entry] = []
    links = [link for link in export.links if link.level == LEGAL]
    pupils, gone_pupils, persons = _plan_pupils(export, links, present, today, entries)
    guardians, gone_guardians = _plan_guardians(export, links, present, pupils, persons, entries)
    return Plan(
        export.uai,
        export.year,
        pupils,
        guardians,
        gone_pupils,
        gone_guardians,
        tuple(entries),
    )
