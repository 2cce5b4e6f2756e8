"""An export and the present people → the plan of an import: changes, each with its reason.

Pupils are recognised by INE, guardians by (UAI, PERSONNE_ID). Persons are never erased: absent persons are deactivated.
If two human beings might be the same, nothing is merged and the case is listed.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from idp.imports.rules.facts import Decisions, Entry, GuardianStep, Present, PupilStep, Verdict
from idp.imports.rules.plan_guardians import plan_guardians
from idp.imports.rules.plan_held import holds_own_link
from idp.imports.rules.plan_pupils import PupilsPlan, plan_pupils
from idp.imports.rules.reasons import Reason, ReasonCode
from idp.imports.rules.records import Question, SchoolExport
from idp.people.rules.families import LEGAL


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of an import. `gone_*`: persons who are no longer in the school; `undecided`: pupils who stay unchanged.

    `retained_links`, (guardian, pupil), stay open. `questions`: damaged texts, with the answers so far.
    """

    uai: str
    year: int
    pupils: tuple[PupilStep, ...]
    guardians: tuple[GuardianStep, ...]
    gone_pupils: tuple[int, ...]
    gone_guardians: tuple[int, ...]
    undecided: frozenset[int]
    entries: tuple[Entry, ...]
    retained_links: frozenset[tuple[int, int]] = frozenset()
    questions: tuple[Question, ...] = ()

    def counts(self) -> dict[str, dict[str, int]]:
        """How many pupils and guardians of each verdict."""
        counts = Counter((entry.kind, entry.verdict) for entry in self.entries)
        return {
            kind: {str(verdict): counts[kind, verdict] for verdict in Verdict}
            for kind in ("pupil", "guardian")
        }

    @property
    def set_aside(self) -> tuple[Entry, ...]:
        """Entries of records that are not imported because of their faults."""
        return tuple(entry for entry in self.entries if entry.verdict == Verdict.SET_ASIDE)

    @property
    def not_imported(self) -> tuple[Entry, ...]:
        """Entries of records that are not imported, because of their faults or for want of a decision."""
        return tuple(entry for entry in self.entries if entry.left_out or entry.verdict == Verdict.SET_ASIDE)

    @property
    def changes_nothing(self) -> bool:
        return not any(
            entry.verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.GONE) for entry in self.entries
        )


def current_year(today: str) -> int:
    """The school year of a day (ISO date), as its first calendar year; it begins in September."""
    day = date.fromisoformat(today)
    return day.year if day.month >= 9 else day.year - 1


def refused_year(year: int, last_year: int | None, today: str) -> Reason | None:
    """Why an export of this school year cannot be imported today; None if it can. The next year is accepted from June on."""
    day = date.fromisoformat(today)
    current = current_year(today)
    allowed = {current, current + 1} if 6 <= day.month <= 8 else {current}
    if last_year is not None and year < last_year:
        return Reason(ReasonCode.YEAR_ALREADY_PAST, {"one": str(year), "other": str(last_year)})
    if year not in allowed:
        return Reason(ReasonCode.YEAR_NOT_CURRENT, {"one": str(year), "other": str(current)})
    return None


def loses_too_many(plan: Plan, present: Present, percent: int, at_least: int = 10) -> bool:
    """Whether more than `percent` of the school's pupils would leave, as with a filtered or truncated export."""
    here = sum(pupil.here for pupil in present.pupils)
    leaving = len(plan.gone_pupils)
    return leaving >= at_least and leaving * 100 > here * percent


def make_plan(export: SchoolExport, present: Present, today: str, decisions: Decisions | None = None) -> Plan:
    """Plan an import. `today`: ISO date; a pupil is absent from DATE_SORTIE on."""
    decisions = decisions or {}
    legal = tuple(link for link in export.links if link.level == LEGAL)
    pupils = plan_pupils(export, legal, present.pupils, today, decisions)
    guardians = plan_guardians(export, legal, present.guardians, pupils, decisions)
    return Plan(
        export.uai,
        export.year,
        pupils.steps,
        guardians.steps,
        pupils.gone,
        guardians.gone,
        pupils.undecided,
        (*_entries_of_faults(export), *pupils.entries, *guardians.entries),
        guardians.retained_links | _own_links(export, pupils),
        export.questions,
    )


def _entries_of_faults(export: SchoolExport) -> list[Entry]:
    return [
        Entry(
            Verdict.SET_ASIDE,
            record.kind,
            record.name,
            (),
            record.source_id,
            faults=record.faults,
            ine=record.faults[0].ine,
        )
        for record in export.set_aside
    ] + [
        Entry(
            Verdict.NOTED,
            question.aside.kind,
            question.aside.name,
            (),
            question.aside.source_id,
            faults=question.aside.faults,
            ine=question.aside.faults[0].ine,
        )
        for question in export.questions
        if question.record is not None
    ]


def _own_links(export: SchoolExport, pupils: PupilsPlan) -> frozenset[tuple[int, int]]:
    """Links of pupils to themselves that are kept because a link could not be read."""
    return frozenset(
        (step.person, step.person)
        for step in pupils.steps
        if step.person and holds_own_link(export.set_aside, step.record.source_id)
    )
