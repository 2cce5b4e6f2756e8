"""Plan of the pupils of an export: new, changed, gone, ambiguous."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from idp.imports.rules.facts import (
    PLACE_FIELDS,
    PUPIL_FIELDS,
    Decisions,
    Entry,
    PresentPupil,
    PupilStep,
    Verdict,
    differences,
    with_present_spelling,
)
from idp.imports.rules.plan_held import held_pupils, holds_own_link
from idp.imports.rules.pupil_matching import KnownPupils, PupilMatch, pupil_name
from idp.imports.rules.reasons import Reason, ReasonCode
from idp.imports.rules.records import LinkRecord, PupilRecord, SchoolExport
from idp.people.rules.families import THE_PUPIL, is_of_age


@dataclass(frozen=True, slots=True)
class PupilsPlan:
    """`persons`: person id of each imported ELEVE_ID, None for a new person.

    `undecided`: persons who stay unchanged, with their links; `own_guardians`: PERSONNE_IDs of pupils.
    """

    steps: tuple[PupilStep, ...]
    gone: tuple[int, ...]
    entries: tuple[Entry, ...]
    persons: dict[str, int | None]
    own_guardians: frozenset[str]
    undecided: frozenset[int]


def plan_pupils(
    export: SchoolExport,
    legal: Sequence[LinkRecord],
    present: Sequence[PresentPupil],
    today: str,
    decisions: Decisions,
) -> PupilsPlan:
    """Match and compare pupils. Records with an INE come first: their match is certain."""
    index = KnownPupils(present, export.pupils, decisions)
    entries: list[Entry] = []
    steps: list[PupilStep] = []
    matched_persons: set[int] = set()
    undecided: set[int] = set()
    departures: dict[int, Reason] = {}
    themselves = {link.pupil: link.person for link in legal if link.relation == THE_PUPIL}
    doubles: list[tuple[PupilRecord, int]] = []
    for record in sorted(export.pupils, key=index.rank):
        match = index.match(record)
        if match.pupil and match.pupil.person in matched_persons and not match.sure:
            match = index.taken(match.pupil)
        if match.doubt:
            entries.append(_doubt(record, match))
        if match.left_out:
            undecided.update(match.candidates)
            continue
        pupil_present = match.pupil
        if not (record.left is not None and record.left <= today):
            entries.extend(_entry(Verdict.NOTED, record, note) for note in record.contact_notes)
        if pupil_present and pupil_present.person in matched_persons:
            doubles.append((record, pupil_present.person))
            continue
        if pupil_present:
            record = with_present_spelling(record, pupil_present)
        if record.left is not None and record.left <= today:
            if pupil_present:
                departures[pupil_present.person] = Reason(ReasonCode.LEFT_ON, {"day": record.left})
            continue
        if record.ine and index.has_other_with(record.ine, pupil_present):
            record = replace(record, ine=pupil_present.ine if pupil_present else None)
        if pupil_present and record.ine is None:
            # A missing INE does not delete the stored one: the pupil would not be recognised again.
            record = replace(record, ine=pupil_present.ine)
        by = themselves.get(record.source_id)
        keeps_own = (
            pupil_present is not None
            and pupil_present.own_guardian
            and holds_own_link(export.set_aside, record.source_id)
        )
        if by and not is_of_age(record.birth_date, today):
            entries.append(_entry(Verdict.NOTED, record, Reason(ReasonCode.MINOR_OWN_GUARDIAN)))
            by = None
        changes = _changes(record, pupil_present, by is not None or keeps_own) if pupil_present else ()
        if pupil_present is None or changes:
            verdict = Verdict.CHANGED if pupil_present else Verdict.NEW
            entries.append(_entry(verdict, record, *(changes or (Reason(ReasonCode.NOT_KNOWN_YET),))))
        if pupil_present:
            matched_persons.add(pupil_present.person)
        steps.append(PupilStep(record, pupil_present.person if pupil_present else None, by, changes))
    steps.extend(_doubles(doubles, steps))
    undecided |= held_pupils(export.set_aside, present) - matched_persons
    leaving = [pupil for pupil in present if pupil.here and pupil.person not in matched_persons | undecided]
    for pupil in leaving:
        reason = departures.get(pupil.person, Reason(ReasonCode.NOT_IN_EXPORT))
        entries.append(Entry(Verdict.GONE, "pupil", pupil_name(pupil), (reason,)))
    persons = {step.record.source_id: step.person for step in steps}
    own = frozenset(step.own_guardian_by for step in steps if step.own_guardian_by)
    return PupilsPlan(
        tuple(steps),
        tuple(pupil.person for pupil in leaving),
        tuple(entries),
        persons,
        own,
        frozenset(undecided - matched_persons),
    )


def _doubles(records: Sequence[tuple[PupilRecord, int]], steps: Sequence[PupilStep]) -> list[PupilStep]:
    """Steps of further records of one pupil, by decision: only their guardians are imported."""
    first = {step.person: step for step in steps}
    return [
        replace(first[person], record=replace(first[person].record, source_id=record.source_id), changes=())
        for record, person in records
    ]


def _changes(record: PupilRecord, present: PresentPupil, own_guardian: bool) -> tuple[Reason, ...]:
    changes = differences(record, present, PUPIL_FIELDS)
    if not present.here:
        return (Reason(ReasonCode.COMES_TO_SCHOOL), *changes)
    if present.own_guardian != own_guardian:
        changes += (Reason(ReasonCode.OWN_GUARDIAN if own_guardian else ReasonCode.NOT_OWN_GUARDIAN),)
    return changes + differences(record, present, PLACE_FIELDS)


def _entry(verdict: Verdict, record: PupilRecord, *reasons: Reason) -> Entry:
    return Entry(verdict, "pupil", pupil_name(record), reasons, record.source_id)


def _doubt(record: PupilRecord, match: PupilMatch) -> Entry:
    return Entry(
        Verdict.NOTED if match.left_out and match.sure else Verdict.AMBIGUOUS,
        "pupil",
        pupil_name(record),
        match.doubt,
        record.source_id,
        match.candidates,
        left_out=match.left_out,
    )
