"""Which pupils of an export are new, changed, gone or ambiguous."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from idp.people.rules.credentials import plain
from idp.people.rules.families import THE_PUPIL, is_of_age
from idp.people.rules.import_facts import (
    PLACE_FIELDS,
    PUPIL_FIELDS,
    Decisions,
    Entry,
    PresentPupil,
    PupilStep,
    Verdict,
    differences,
)
from idp.people.rules.siecle import LinkRecord, PupilRecord, SchoolExport


@dataclass(frozen=True, slots=True)
class PupilsPlan:
    """`persons`: the person of each ELEVE_ID that takes part, None where one is to be created.

    `undecided` are persons who stay as they are, links included; `own_guardians` are PERSONNE_IDs of pupils.
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
    """Records with an INE come first: they are sure of who they are."""
    index = _Index(present, decisions)
    entries: list[Entry] = []
    steps: list[PupilStep] = []
    seen: set[int] = set()
    undecided: set[int] = set()
    left: dict[int, str] = {}
    themselves = {link.pupil: link.person for link in legal if link.relation == THE_PUPIL}
    for record in sorted(export.pupils, key=lambda pupil: pupil.ine is None):
        match = index.match(record)
        if match.doubt:
            entries.append(_entry(Verdict.AMBIGUOUS, record, match.doubt, candidates=match.candidates))
        if match.undecided:
            undecided.update(match.undecided)
            continue
        known = match.pupil
        if known and known.person in seen:
            entries.append(_entry(Verdict.AMBIGUOUS, record, "another record is this pupil: left out"))
            continue
        if record.left is not None and record.left <= today:
            if known:
                left[known.person] = f"left on {record.left}"
            continue
        if record.ine and index.has_other_with(record.ine, known):
            record = replace(record, ine=known.ine if known else None)
        if known and record.ine is None:
            # An INE that is missing for once is not taken away: the pupil would not be known again.
            record = replace(record, ine=known.ine)
        by = themselves.get(record.source_id)
        if by and not is_of_age(record.birth_date, today):
            entries.append(
                _entry(Verdict.AMBIGUOUS, record, "own guardian, but a minor: the link is left out")
            )
            by = None
        changes = _changes(record, known, by is not None) if known else ()
        if known is None or changes:
            verdict = Verdict.CHANGED if known else Verdict.NEW
            entries.append(_entry(verdict, record, *(changes or ("not known yet",))))
        if known:
            seen.add(known.person)
        steps.append(PupilStep(record, known.person if known else None, by, changes))
    gone = [pupil for pupil in present if pupil.here and pupil.person not in seen | undecided]
    for pupil in gone:
        reason = left.get(pupil.person, "not in the export")
        entries.append(Entry(Verdict.GONE, "pupil", _name(pupil), (reason,)))
    persons = {step.record.source_id: step.person for step in steps}
    own = frozenset(step.own_guardian_by for step in steps if step.own_guardian_by)
    return PupilsPlan(
        tuple(steps),
        tuple(pupil.person for pupil in gone),
        tuple(entries),
        persons,
        own,
        frozenset(undecided - seen),
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """`undecided`: persons that the record may be; it is left out, and they stay as they are."""

    pupil: PresentPupil | None
    doubt: str | None = None
    undecided: tuple[int, ...] = ()
    candidates: tuple[int, ...] = ()


class _Index:
    def __init__(self, present: Sequence[PresentPupil], decisions: Decisions) -> None:
        self._decisions = decisions
        self._by_person = {pupil.person: pupil for pupil in present}
        self._by_ine = {pupil.ine: pupil for pupil in present if pupil.ine}
        self._by_birth: dict[tuple[str, str, str | None], list[PresentPupil]] = defaultdict(list)
        for pupil in present:
            self._by_birth[_birth_key(pupil)].append(pupil)

    def has_other_with(self, ine: str, known: PresentPupil | None) -> bool:
        """Whether a pupil other than `known` has this INE: it cannot be given to two."""
        holder = self._by_ine.get(ine)
        return holder is not None and holder is not known

    def match(self, record: PupilRecord) -> _Match:
        if ("pupil", record.source_id) in self._decisions:
            person = self._decisions["pupil", record.source_id]
            if person is None or person in self._by_person:
                return _Match(self._by_person.get(person) if person else None)
        alike = self._by_birth.get(_birth_key(record), [])
        if record.ine:
            known = self._by_ine.get(record.ine)
            if known:
                return _checked(known, record)
            without = [pupil for pupil in alike if pupil.ine is None]
            if len(without) == 1:
                return _Match(without[0])
            if not without:
                doubt = "same names and birth date as a pupil with another INE: kept apart" if alike else None
                return _Match(None, doubt, candidates=tuple(pupil.person for pupil in alike))
            alike = without
        same_record = [pupil for pupil in alike if pupil.source_id == record.source_id]
        if len(same_record) == 1:
            return _Match(same_record[0])
        if len(alike) > 1:
            doubt = "several pupils have these names and this birth date: left out until the INE is known"
            persons = tuple(pupil.person for pupil in alike)
            return _Match(None, doubt, persons, persons)
        return _Match(alike[0] if alike else None)


def _checked(known: PresentPupil, record: PupilRecord) -> _Match:
    other_name = plain(known.first_name) != plain(record.first_name)
    if other_name and known.birth_date != record.birth_date:
        return _Match(
            None,
            "this INE is known with another first name and birth date: left out",
            (known.person,),
            (known.person,),
        )
    return _Match(known)


def _changes(record: PupilRecord, known: PresentPupil, own_guardian: bool) -> tuple[str, ...]:
    changes = differences(record, known, PUPIL_FIELDS)
    if not known.here:
        return ("comes to this school", *changes)
    if known.own_guardian != own_guardian:
        changes += ("own guardian" if own_guardian else "no longer own guardian",)
    return changes + differences(record, known, PLACE_FIELDS)


def _birth_key(pupil: PupilRecord | PresentPupil) -> tuple[str, str, str | None]:
    return plain(pupil.family_name), plain(pupil.first_name), pupil.birth_date


def _name(pupil: PupilRecord | PresentPupil) -> str:
    return f"{pupil.first_name} {pupil.usage_name or pupil.family_name}"


def _entry(verdict: Verdict, record: PupilRecord, *reasons: str, candidates: tuple[int, ...] = ()) -> Entry:
    return Entry(verdict, "pupil", _name(record), reasons, record.source_id, candidates)
