"""Which guardians of an export are new, changed, gone or ambiguous. Only legal guardians are taken into the house."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from idp.people.rules.credentials import plain
from idp.people.rules.families import (
    Agreement,
    Identity,
    agreement,
    is_someone_else,
    why_no_account,
)
from idp.people.rules.import_facts import (
    GUARDIAN_FIELDS,
    Decisions,
    Entry,
    GuardianStep,
    PresentGuardian,
    Verdict,
    differences,
)
from idp.people.rules.import_pupils import PupilsPlan
from idp.people.rules.siecle import LinkRecord, PersonRecord, SchoolExport


@dataclass(frozen=True, slots=True)
class GuardiansPlan:
    steps: tuple[GuardianStep, ...]
    gone: tuple[int, ...]
    entries: tuple[Entry, ...]


def plan_guardians(
    export: SchoolExport,
    legal: Sequence[LinkRecord],
    present: Sequence[PresentGuardian],
    pupils: PupilsPlan,
    decisions: Decisions,
) -> GuardiansPlan:
    """`legal` are the links at level 1; those of pupils who take no part in the import count for nothing."""
    links: dict[str, list[LinkRecord]] = defaultdict(list)
    for link in legal:
        if link.pupil in pupils.persons and link.person not in pupils.own_guardians:
            links[link.person].append(link)
    known = _Known(present, {person.source_id for person in export.persons}, decisions)
    entries: list[Entry] = []
    steps: list[GuardianStep] = []
    seen: set[int] = set()
    for record in export.persons:
        own = links.get(record.source_id)
        if not own:
            continue
        refused = why_no_account(record, frozenset(link.relation for link in own))
        if refused:
            entries.append(_entry(Verdict.NOTED, record, f"no account: {refused}"))
            continue
        entries.extend(_entry(Verdict.NOTED, record, f"{field} cannot be read") for field in record.unusable)
        match, doubt, candidates = known.match(record)
        if match and match.person in seen:
            match, doubt, candidates = None, "another record is this guardian already: kept apart", ()
        if doubt:
            entries.append(_entry(Verdict.AMBIGUOUS, record, doubt, candidates=candidates))
        children = tuple(sorted((link.pupil, link.relation) for link in own))
        changes = _changes(record, match, children, pupils) if match else ()
        if match is None or changes:
            verdict = Verdict.CHANGED if match else Verdict.NEW
            entries.append(_entry(verdict, record, *(changes or ("not known yet",))))
        if match:
            seen.add(match.person)
        steps.append(GuardianStep(record, match.person if match else None, children, changes))
    gone = [guardian for guardian in present if guardian.person not in seen and _links_here(guardian, pupils)]
    entries.extend(
        Entry(Verdict.GONE, "guardian", _name(guardian), ("no longer a legal guardian in this school",))
        for guardian in gone
    )
    return GuardiansPlan(tuple(steps), tuple(guardian.person for guardian in gone), tuple(entries))


class _Known:
    """Finds the guardian that a record speaks of. A guardian is found once: two records stay two human beings."""

    def __init__(
        self, present: Sequence[PresentGuardian], source_ids: set[str], decisions: Decisions
    ) -> None:
        self._decisions = decisions
        self._by_person = {guardian.person: guardian for guardian in present}
        self._by_source = {source: guardian for guardian in present for source in guardian.source_ids}
        self._by_names: dict[tuple[str, str], list[PresentGuardian]] = defaultdict(list)
        for guardian in present:
            if not guardian.source_ids & source_ids:
                self._by_names[plain(guardian.family_name), plain(guardian.first_name)].append(guardian)

    def match(self, record: PersonRecord) -> tuple[PresentGuardian | None, str | None, tuple[int, ...]]:
        """The guardian; the doubt that a person should look at, and between whom."""
        if ("guardian", record.source_id) in self._decisions:
            person = self._decisions["guardian", record.source_id]
            if person is None or person in self._by_person:
                return (self._by_person.get(person) if person else None), None, ()
        known = self._by_source.get(record.source_id)
        if known and not is_someone_else(_identity(known), _identity(record)):
            return known, None, ()
        if known:
            doubt = f"PERSONNE_ID {record.source_id} was {_name(known)}: kept apart"
            return None, doubt, (known.person,)
        alike = self._by_names.get((plain(record.family_name), plain(record.first_name or "")), [])
        same = [found for found in alike if agreement(_identity(found), _identity(record)) is Agreement.SAME]
        if len(same) == 1:
            alike.remove(same[0])
            return same[0], None, ()
        if same:
            doubt = "several guardians have these names, this mail and this mobile: kept apart"
            return None, doubt, tuple(found.person for found in same)
        unsure = [f for f in alike if agreement(_identity(f), _identity(record)) is Agreement.UNSURE]
        if unsure:
            doubt = "perhaps a guardian of another school, whose mail or mobile differs: kept apart"
            return None, doubt, tuple(found.person for found in unsure)
        return None, None, ()


def _changes(
    record: PersonRecord,
    known: PresentGuardian,
    children: tuple[tuple[str, str], ...],
    pupils: PupilsPlan,
) -> tuple[str, ...]:
    changes = differences(record, known, GUARDIAN_FIELDS)
    if record.source_id not in known.source_ids:
        changes = ("known by another school or PERSONNE_ID so far", *changes)
    wanted = {(pupils.persons[pupil], relation) for pupil, relation in children}
    linked = {(pupil, relation) for pupil, relation, _ in known.children}
    if wanted - linked or _links_here(known, pupils) - wanted:
        changes += ("children",)
    return changes


def _links_here(guardian: PresentGuardian, pupils: PupilsPlan) -> set[tuple[int | None, str]]:
    """The links that this school's export decides on."""
    return {
        (pupil, relation)
        for pupil, relation, here in guardian.children
        if here and pupil not in pupils.undecided
    }


def _identity(someone: PresentGuardian | PersonRecord) -> Identity:
    return Identity(someone.family_name, someone.first_name, someone.contact_mail, someone.mobile)


def _name(someone: PresentGuardian | PersonRecord) -> str:
    return " ".join(part for part in (someone.first_name, someone.usage_name or someone.family_name) if part)


def _entry(verdict: Verdict, record: PersonRecord, *reasons: str, candidates: tuple[int, ...] = ()) -> Entry:
    return Entry(verdict, "guardian", _name(record), reasons, record.source_id, candidates)
