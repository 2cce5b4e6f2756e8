"""An export + the people who are present → what an import would do, each with its reason.

Pupils are known again by their INE, guardians by (UAI, PERSONNE_ID). Nobody is ever erased: who is absent is
deactivated. Where two human beings might be taken for one, nothing is merged and the case is listed.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from idp.people.rules.families import LEGAL
from idp.people.rules.import_facts import Decisions, Entry, GuardianStep, Present, PupilStep, Verdict
from idp.people.rules.import_guardians import plan_guardians
from idp.people.rules.import_pupils import plan_pupils
from idp.people.rules.siecle import SchoolExport


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does. `gone_*` are persons who are no longer in the school; `undecided` pupils stay as they are."""

    uai: str
    year: int
    pupils: tuple[PupilStep, ...]
    guardians: tuple[GuardianStep, ...]
    gone_pupils: tuple[int, ...]
    gone_guardians: tuple[int, ...]
    undecided: frozenset[int]
    entries: tuple[Entry, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many pupils and guardians of each verdict."""
        found = Counter((entry.kind, entry.verdict) for entry in self.entries)
        return {
            kind: {str(verdict): found[kind, verdict] for verdict in Verdict}
            for kind in ("pupil", "guardian")
        }

    @property
    def changes_nothing(self) -> bool:
        return not any(
            entry.verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.GONE) for entry in self.entries
        )


def current_year(today: str) -> int:
    """The school year of a day (ISO), by its first calendar year; it begins in September."""
    day = date.fromisoformat(today)
    return day.year if day.month >= 9 else day.year - 1


def refused_year(year: int, last_year: int | None, today: str) -> str | None:
    """Why an export of this school year cannot be imported today, None if it can. The next year opens in June."""
    day = date.fromisoformat(today)
    current = current_year(today)
    allowed = {current, current + 1} if 6 <= day.month <= 8 else {current}
    if last_year is not None and year < last_year:
        return f"This export is of the school year {year}; {last_year} has been imported already."
    if year not in allowed:
        return f"This export is of the school year {year}; today is in {current}."
    return None


def loses_too_many(plan: Plan, present: Present, percent: int, at_least: int = 10) -> bool:
    """Whether more than `percent` of the school's pupils would go: a filtered or far too short export looks like that."""
    here = sum(pupil.here for pupil in present.pupils)
    gone = len(plan.gone_pupils)
    return gone >= at_least and gone * 100 > here * percent


def make_plan(export: SchoolExport, present: Present, today: str, decisions: Decisions | None = None) -> Plan:
    """Compare. `today` is an ISO date: a pupil whose DATE_SORTIE has come is absent."""
    decided = decisions or {}
    legal = tuple(link for link in export.links if link.level == LEGAL)
    pupils = plan_pupils(export, legal, present.pupils, today, decided)
    guardians = plan_guardians(export, legal, present.guardians, pupils, decided)
    return Plan(
        export.uai,
        export.year,
        pupils.steps,
        guardians.steps,
        pupils.gone,
        guardians.gone,
        pupils.undecided,
        (*pupils.entries, *guardians.entries),
    )
