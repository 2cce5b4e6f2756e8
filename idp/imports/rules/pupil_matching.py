"""Match records of pupils with present pupils; doubtful matches are for the school to decide."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from idp.imports.rules.facts import LEFT_OUT, Decisions, PresentPupil, decision_for
from idp.imports.rules.reasons import Reason, ReasonCode, field_differs
from idp.imports.rules.records import PupilRecord
from idp.people.rules.names import contradicts, first_names_contradict, plain

BirthKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PupilMatch:
    """`pupil` None: a new person. `doubt`: reasons for the school to decide; `candidates`: the persons in question.

    `left_out`: the record is not imported, and the candidates stay unchanged. `sure`: matched by a decision of the school,
    the INE, or the school's own ELEVE_ID.
    """

    pupil: PresentPupil | None
    doubt: tuple[Reason, ...] = ()
    candidates: tuple[int, ...] = ()
    left_out: bool = False
    sure: bool = False


class KnownPupils:
    """`records`: of the export. A pupil with a record of their own is not matched with another record."""

    def __init__(
        self, present: Sequence[PresentPupil], records: Sequence[PupilRecord], decisions: Decisions
    ) -> None:
        self._decisions = decisions
        self._by_person = {pupil.person: pupil for pupil in present}
        self._by_ine = {pupil.ine: pupil for pupil in present if pupil.ine}
        self._by_source = {pupil.source_id: pupil for pupil in present if pupil.source_id}
        self._by_birth: dict[BirthKey, list[PresentPupil]] = defaultdict(list)
        for pupil in present:
            if key := _birth_key(pupil):
                self._by_birth[key].append(pupil)
        self._claimed = {
            decision.person for record in records if (decision := decision_for(decisions, record))
        }
        self._own = {record.source_id: _birth_key(record) for record in records}

    def rank(self, record: PupilRecord) -> tuple[bool, bool, bool]:
        """Sort key of records: matched by INE first, then by the school's number, by a decision, by similarity."""
        own = self._by_source.get(record.source_id)
        has_number = own is not None and _birth_key(own) == _birth_key(record)
        return record.ine is None, not has_number, decision_for(self._decisions, record) is None

    def has_other_with(self, ine: str, pupil: PresentPupil | None) -> bool:
        """Whether a pupil other than `pupil` has this INE, which must be unique."""
        holder = self._by_ine.get(ine)
        return holder is not None and holder is not pupil

    def match(self, record: PupilRecord) -> PupilMatch:
        decision = decision_for(self._decisions, record)
        if (
            decision
            and not decision.left_out
            and (decision.person is None or decision.person in self._by_person)
        ):
            return PupilMatch(self._by_person.get(decision.person) if decision.person else None, sure=True)
        match = self._judged(record)
        if decision and decision.left_out:
            staying = match.candidates or ((match.pupil.person,) if match.pupil else ())
            return PupilMatch(None, (LEFT_OUT,), staying, left_out=True, sure=True)
        return match

    def taken(self, pupil: PresentPupil) -> PupilMatch:
        """The match of a record that resembles a pupil who has another record."""
        return PupilMatch(None, (Reason(ReasonCode.PUPIL_HAS_RECORD),), (pupil.person,), left_out=True)

    def _judged(self, record: PupilRecord) -> PupilMatch:
        key = _birth_key(record)
        own = self._by_source.get(record.source_id)
        alike = (
            [
                pupil
                for pupil in self._by_birth.get(key, ())
                if pupil is own or pupil.person not in self._claimed
            ]
            if key
            else []
        )
        if record.ine:
            if holder := self._by_ine.get(record.ine):
                return _checked(holder, record)
            without = [pupil for pupil in alike if pupil.ine is None and not self._has_own(pupil, record)]
            if not without:
                doubt = (Reason(ReasonCode.PUPIL_WITH_OTHER_INE),) if alike else ()
                return PupilMatch(None, doubt, tuple(pupil.person for pupil in alike))
            alike = without
        if own and (own in alike or (not key and own.birth_date == record.birth_date)):
            return PupilMatch(own, sure=True)
        if len(alike) > 1:
            doubt = (Reason(ReasonCode.SEVERAL_PUPILS),)
            return PupilMatch(None, doubt, tuple(pupil.person for pupil in alike), left_out=True)
        return _not_of_other_sex(alike[0], record) if alike else PupilMatch(None)

    def _has_own(self, pupil: PresentPupil, record: PupilRecord) -> bool:
        """Whether another record of the export has this pupil's number and names."""
        source = pupil.source_id
        return source not in (None, record.source_id) and self._own.get(source or "") == _birth_key(pupil)


def pupil_name(pupil: PupilRecord | PresentPupil) -> str:
    """First name and surname in use."""
    return f"{pupil.first_name} {pupil.usage_name or pupil.family_name}"


def _checked(pupil: PresentPupil, record: PupilRecord) -> PupilMatch:
    """Match by INE. One contradiction is allowed as a correction if the school's number agrees too, none otherwise."""
    against = _contradictions(pupil, record)
    corrected = pupil.source_id is not None and pupil.source_id == record.source_id and pupil.here
    if len(against) > (1 if corrected else 0):
        doubt = (Reason(ReasonCode.INE_OF_ANOTHER), *map(field_differs, against))
        return PupilMatch(None, doubt, (pupil.person,), left_out=True)
    return PupilMatch(pupil, sure=True)


def _contradictions(pupil: PresentPupil, record: PupilRecord) -> tuple[str, ...]:
    differing = []
    surnames = [{plain(someone.family_name), plain(someone.usage_name)} - {""} for someone in (pupil, record)]
    if all(surnames) and not surnames[0] & surnames[1]:
        differing.append("family_name")
    if first_names_contradict(pupil.first_name, record.first_name):
        differing.append("first_name")
    if pupil.birth_date and pupil.birth_date != record.birth_date:
        differing.append("birth_date")
    if _other_sex(pupil, record):
        differing.append("sex")
    return tuple(differing)


def _not_of_other_sex(pupil: PresentPupil, record: PupilRecord) -> PupilMatch:
    if not _other_sex(pupil, record):
        return PupilMatch(pupil)
    doubt = (Reason(ReasonCode.MAYBE_KNOWN_PUPIL), field_differs("sex"))
    return PupilMatch(None, doubt, (pupil.person,), left_out=True)


def _other_sex(pupil: PresentPupil, record: PupilRecord) -> bool:
    return contradicts(pupil.sex, record.sex)


def _birth_key(pupil: PupilRecord | PresentPupil) -> BirthKey | None:
    """(surname, first name, birth date), which identifies a pupil without INE; None if one of them is missing."""
    key = plain(pupil.family_name), plain(pupil.first_name), pupil.birth_date or ""
    return key if all(key) else None
