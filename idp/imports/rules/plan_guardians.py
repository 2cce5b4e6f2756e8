"""Plan of the guardians of an export: new, changed, gone, ambiguous. Only legal guardians are imported."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from idp.imports.rules.account_rights import why_no_account
from idp.imports.rules.facts import (
    GUARDIAN_FIELDS,
    Decisions,
    Entry,
    GuardianStep,
    PresentGuardian,
    Verdict,
    differences,
    with_present_spelling,
)
from idp.imports.rules.guardian_matching import GuardianMatch, KnownGuardians, guardian_name
from idp.imports.rules.plan_held import HeldLinks, held_guardians
from idp.imports.rules.plan_pupils import PupilsPlan
from idp.imports.rules.reasons import Reason, ReasonCode
from idp.imports.rules.records import LinkRecord, PersonRecord, SchoolExport


@dataclass(frozen=True, slots=True)
class GuardiansPlan:
    steps: tuple[GuardianStep, ...]
    gone: tuple[int, ...]
    entries: tuple[Entry, ...]
    retained_links: frozenset[tuple[int, int]] = frozenset()
    """(guardian, pupil): links that stay open without being in the export, because a record was set aside."""


def plan_guardians(
    export: SchoolExport,
    legal: Sequence[LinkRecord],
    present: Sequence[PresentGuardian],
    pupils: PupilsPlan,
    decisions: Decisions,
) -> GuardiansPlan:
    """`legal`: links at level 1; links of pupils who are not imported are ignored."""
    links: dict[str, list[LinkRecord]] = defaultdict(list)
    for link in legal:
        if link.pupil in pupils.persons and link.person not in pupils.own_guardians:
            links[link.person].append(link)
    held_links = HeldLinks(
        export.set_aside,
        pupils.persons,
        frozenset(held_guardians(export.set_aside, present)),
        frozenset(source for guardian in present for source in guardian.source_ids),
    )
    known_guardians = KnownGuardians(present, export.persons, decisions)
    entries: list[Entry] = []
    matched = _matched(export.persons, links, known_guardians, pupils, entries)
    retained = _undecided_links(matched, present)
    steps = _steps(matched, held_links, pupils, entries)
    for person, stay in ((step.guardian, step.stay) for step in steps if step.guardian):
        retained |= {(person.person, pupil) for pupil in stay}
    persons = {step.guardian.person for step in steps if step.guardian}
    persons |= {person for item in matched if item.match.left_out for person in item.match.candidates}
    unlinked = []
    for guardian in present:
        if guardian.person in persons or not _links_here(guardian, pupils):
            continue
        stay = held_links.of(guardian)
        retained |= {(guardian.person, pupil) for pupil in stay}
        if not stay:
            unlinked.append(guardian)
    entries.extend(
        Entry(Verdict.GONE, "guardian", guardian_name(guardian), (Reason(ReasonCode.NO_LONGER_GUARDIAN),))
        for guardian in unlinked
    )
    leaving = tuple(guardian.person for guardian in unlinked)
    return GuardiansPlan(tuple(step.step for step in steps), leaving, tuple(entries), frozenset(retained))


@dataclass(frozen=True, slots=True)
class _Matched:
    record: PersonRecord
    children: tuple[tuple[str, str], ...]
    match: GuardianMatch


@dataclass(frozen=True, slots=True)
class _Step:
    step: GuardianStep
    guardian: PresentGuardian | None
    stay: frozenset[int]


def _matched(
    records: Sequence[PersonRecord],
    links: Mapping[str, list[LinkRecord]],
    known_guardians: KnownGuardians,
    pupils: PupilsPlan,
    entries: list[Entry],
) -> list[_Matched]:
    """Match each record of a legal guardian; appends notes and doubts to `entries`."""
    matched: list[_Matched] = []
    matched_persons: set[int] = set()
    for record in records:
        own = links.get(record.source_id)
        if not own:
            continue
        relations = frozenset(link.relation for link in own)
        if refused := why_no_account(record, relations):
            entries.append(_entry(Verdict.NOTED, record, Reason(refused)))
            continue
        entries.extend(_entry(Verdict.NOTED, record, note) for note in record.contact_notes)
        children = {person for link in own if (person := pupils.persons[link.pupil]) is not None}
        match = known_guardians.match(record, relations, children)
        if match.guardian and match.guardian.person in matched_persons and not match.sure:
            match = GuardianMatch(None, (Reason(ReasonCode.GUARDIAN_HAS_RECORD),))
        if match.guardian:
            matched_persons.add(match.guardian.person)
            known_guardians.take(match.guardian)
        if match.doubt:
            entries.append(_doubt(record, match))
        pairs = tuple(sorted((link.pupil, link.relation) for link in own))
        matched.append(_Matched(record, pairs, match))
    return matched


def _doubt(record: PersonRecord, match: GuardianMatch) -> Entry:
    return Entry(
        Verdict.NOTED if match.left_out and match.sure else Verdict.AMBIGUOUS,
        "guardian",
        guardian_name(record),
        match.doubt,
        record.source_id,
        match.candidates,
        known=match.guardian.person if match.guardian else None,
        left_out=match.left_out,
    )


def _steps(
    matched: Sequence[_Matched], held_links: HeldLinks, pupils: PupilsPlan, entries: list[Entry]
) -> list[_Step]:
    """One step for each record. Records that were decided to be of one guardian share their children."""
    children: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for item in matched:
        if item.match.guardian:
            children[item.match.guardian.person].update(item.children)
    steps: list[_Step] = []
    first: dict[int, PersonRecord] = {}
    for item in matched:
        if item.match.left_out:
            continue
        match, record = item.match.guardian, item.record
        if match is None:
            entries.append(_entry(Verdict.NEW, record, Reason(ReasonCode.NOT_KNOWN_YET)))
            steps.append(_Step(GuardianStep(record, None, item.children, ()), None, frozenset()))
            continue
        elsewhere = any(not here for _, _, here in match.children)
        record = first.setdefault(match.person, with_present_spelling(record, match, elsewhere))
        record = replace(record, source_id=item.record.source_id)
        stay = held_links.of(match, record.source_id)
        pairs = tuple(sorted(children[match.person]))
        changes = _changes(record, match, pairs, pupils, stay)
        if changes:
            entries.append(_entry(Verdict.CHANGED, record, *changes))
        steps.append(_Step(GuardianStep(record, match.person, pairs, changes), match, stay))
    return steps


def _undecided_links(matched: Sequence[_Matched], present: Sequence[PresentGuardian]) -> set[tuple[int, int]]:
    """Links of this school to candidates of records that are left out: they stay open until the school decides."""
    candidates = {person for item in matched if item.match.left_out for person in item.match.candidates}
    return {
        (guardian.person, pupil)
        for guardian in present
        if guardian.person in candidates
        for pupil, _, here in guardian.children
        if here
    }


def _changes(
    record: PersonRecord,
    guardian: PresentGuardian,
    children: tuple[tuple[str, str], ...],
    pupils: PupilsPlan,
    stay: frozenset[int],
) -> tuple[Reason, ...]:
    changes = differences(record, guardian, GUARDIAN_FIELDS)
    if record.source_id not in guardian.source_ids:
        changes = (Reason(ReasonCode.KNOWN_ELSEWHERE), *changes)
    exported = {(pupils.persons[pupil], relation) for pupil, relation in children}
    linked = {(pupil, relation) for pupil, relation, _ in guardian.children}
    ending = {link for link in _links_here(guardian, pupils) - exported if link[0] not in stay}
    if exported - linked or ending:
        changes += (Reason(ReasonCode.CHILDREN_CHANGED),)
    return changes


def _links_here(guardian: PresentGuardian, pupils: PupilsPlan) -> set[tuple[int | None, str]]:
    """Open links of this school to pupils who are not undecided."""
    return {
        (pupil, relation)
        for pupil, relation, here in guardian.children
        if here and pupil not in pupils.undecided
    }


def _entry(
    verdict: Verdict, record: PersonRecord, *reasons: Reason, candidates: tuple[int, ...] = ()
) -> Entry:
    return Entry(verdict, "guardian", guardian_name(record), reasons, record.source_id, candidates)
