"""Match records of guardians with present guardians; doubtful matches are for the school to decide."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from idp.imports.rules.facts import LEFT_OUT, Decisions, PresentGuardian, decision_for
from idp.imports.rules.reasons import Reason, ReasonCode, field_differs
from idp.imports.rules.records import PersonRecord
from idp.people.rules.families import (
    Agreement,
    Identity,
    agreement,
    contradictions,
    is_someone_else,
    surnames,
)
from idp.people.rules.names import plain


@dataclass(frozen=True, slots=True)
class GuardianMatch:
    """`guardian` None: a new person. `doubt`: reasons for the school to decide; `candidates`: the persons in question.

    `left_out`: the record is not imported and the candidates stay unchanged. `sure`: matched by a decision of the school,
    or by the school's own PERSONNE_ID.
    """

    guardian: PresentGuardian | None
    doubt: tuple[Reason, ...] = ()
    candidates: tuple[int, ...] = ()
    left_out: bool = False
    sure: bool = False


class KnownGuardians:
    """`records`: of the export. A guardian with a record of their own is not matched with another record."""

    def __init__(
        self, present: Sequence[PresentGuardian], records: Sequence[PersonRecord], decisions: Decisions
    ) -> None:
        self._decisions = decisions
        self._by_person = {guardian.person: guardian for guardian in present}
        self._by_source = {source: guardian for guardian in present for source in guardian.source_ids}
        self._by_names: dict[tuple[str, str], list[PresentGuardian]] = defaultdict(list)
        sources = {record.source_id for record in records}
        claimed = {decision.person for record in records if (decision := decision_for(decisions, record))}
        for guardian in present:
            if not guardian.source_ids & sources and guardian.person not in claimed:
                for surname in surnames(identity(guardian)):
                    self._by_names[surname, plain(guardian.first_name)].append(guardian)

    def match(
        self, record: PersonRecord, relations: frozenset[str], children: Collection[int]
    ) -> GuardianMatch:
        """`relations` and `children` (person ids): of the record's links in the export."""
        decision = decision_for(self._decisions, record)
        if (
            decision
            and not decision.left_out
            and (decision.person is None or decision.person in self._by_person)
        ):
            return GuardianMatch(self._by_person.get(decision.person) if decision.person else None, sure=True)
        match = self._judged(record, identity(record, relations), frozenset(children))
        if decision and decision.left_out:
            staying = match.candidates or ((match.guardian.person,) if match.guardian else ())
            return GuardianMatch(None, (LEFT_OUT,), staying, left_out=True, sure=True)
        return match

    def take(self, guardian: PresentGuardian) -> None:
        """Match no further record with this guardian by similarity: two records stay two human beings."""
        for surname in surnames(identity(guardian)):
            alike = self._by_names.get((surname, plain(guardian.first_name)), [])
            if guardian in alike:
                alike.remove(guardian)

    def _judged(self, record: PersonRecord, recorded: Identity, children: frozenset[int]) -> GuardianMatch:
        own = self._by_source.get(record.source_id)
        if own and is_someone_else(identity(own), recorded):
            facts = {"id": record.source_id, "name": guardian_name(own)}
            doubt = Reason(ReasonCode.PERSON_ID_REUSED, facts)
            return GuardianMatch(None, (doubt,), (own.person,))
        alike = self._alike(recorded)
        judged = {
            guardian.person: agreement(identity(guardian), recorded, bool(_ever(guardian) & children))
            for guardian in alike
        }
        if own:
            return self._twice(own, [guardian for guardian in alike if _ever(guardian) & children], judged)
        same = [guardian for guardian in alike if judged[guardian.person] is Agreement.SAME]
        if len(same) == 1:
            return GuardianMatch(same[0])
        if same:
            doubt = Reason(ReasonCode.SEVERAL_GUARDIANS)
            return GuardianMatch(None, (doubt,), tuple(guardian.person for guardian in same))
        unsure = [guardian for guardian in alike if judged[guardian.person] is Agreement.UNSURE]
        if not unsure:
            return GuardianMatch(None)
        persons = tuple(guardian.person for guardian in unsure)
        differing = {name for guardian in unsure for name in _against(identity(guardian), recorded)}
        against = tuple(map(field_differs, sorted(differing)))
        if any(_ever(guardian) & children for guardian in unsure):
            doubt = Reason(ReasonCode.MAYBE_GUARDIAN_OF_CHILD)
            return GuardianMatch(None, (doubt, *against), persons, left_out=True)
        doubt = Reason(ReasonCode.MAYBE_GUARDIAN_ELSEWHERE)
        return GuardianMatch(None, (doubt, *against), persons)

    def _alike(self, recorded: Identity) -> list[PresentGuardian]:
        first = plain(recorded.first_name)
        if not first:
            return []
        guardians = {
            guardian.person: guardian
            for surname in surnames(recorded)
            for guardian in self._by_names.get((surname, first), [])
        }
        return [guardians[person] for person in sorted(guardians)]

    def _twice(
        self, own: PresentGuardian, alike: list[PresentGuardian], judged: dict[int, Agreement]
    ) -> GuardianMatch:
        candidates = tuple(
            guardian.person for guardian in alike if judged[guardian.person] is not Agreement.OTHER
        )
        if not candidates:
            return GuardianMatch(own, sure=True)
        doubt = Reason(ReasonCode.MAYBE_TWO_ACCOUNTS)
        return GuardianMatch(own, (doubt,), (own.person, *candidates), sure=True)


def identity(someone: PresentGuardian | PersonRecord, relations: frozenset[str] = frozenset()) -> Identity:
    """Facts for the comparison. `relations`: of a record, from the export's links."""
    if isinstance(someone, PresentGuardian):
        relations = frozenset(relation for _, relation, _ in someone.children)
        relations |= {relation for _, relation in someone.past}
    return Identity(
        someone.family_name,
        someone.first_name,
        someone.contact_mail,
        someone.mobile,
        someone.civility,
        relations,
        someone.usage_name,
    )


def guardian_name(someone: PresentGuardian | PersonRecord) -> str:
    """First name and surname in use."""
    return " ".join(part for part in (someone.first_name, someone.usage_name or someone.family_name) if part)


def _ever(guardian: PresentGuardian) -> set[int]:
    return {pupil for pupil, _, _ in guardian.children} | {pupil for pupil, _ in guardian.past}


def _against(present: Identity, recorded: Identity) -> tuple[str, ...]:
    """Attributes that differ: contradictions, and contacts that are not the same."""
    contacts = []
    if (present.contact_mail or "").casefold() != (recorded.contact_mail or "").casefold():
        contacts.append("contact_mail")
    if present.mobile != recorded.mobile:
        contacts.append("mobile")
    return (*contradictions(present, recorded), *contacts)
