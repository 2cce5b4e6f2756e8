"""People who stay unchanged because a record that may be theirs was set aside: an unreadable line makes nobody absent.

A record with a known INE or identifier holds that person. Another record holds every person whom it does not contradict;
an entirely unreadable record holds all.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from idp.imports.rules.facts import PresentGuardian, PresentPupil
from idp.imports.rules.records import SetAside
from idp.people.rules.names import plain


def held_pupils(aside: Iterable[SetAside], present: Collection[PresentPupil]) -> set[int]:
    """Person ids of held pupils of the school."""
    here = [pupil for pupil in present if pupil.here]
    pupils: set[int] = set()
    for record in aside:
        if record.kind != "pupil":
            continue
        by_ine = {pupil.person for pupil in here if record.ine and pupil.ine == record.ine}
        pupils |= by_ine or {pupil.person for pupil in here if _may_be_pupil(record, pupil)}
    return pupils


def held_guardians(aside: Iterable[SetAside], present: Collection[PresentGuardian]) -> set[int]:
    """Person ids of held guardians of the school."""
    guardians: set[int] = set()
    for record in aside:
        if record.kind != "guardian":
            continue
        by_source = {guardian.person for guardian in present if record.source_id in guardian.source_ids}
        guardians |= by_source or {guardian.person for guardian in present if _names_agree(record, guardian)}
    return guardians


def _may_be_pupil(record: SetAside, pupil: PresentPupil) -> bool:
    if record.ine and pupil.ine:
        return False
    if record.source_id and record.source_id == pupil.source_id:
        return True
    birth_agrees = not record.birth_date or record.birth_date == pupil.birth_date
    return birth_agrees and _names_agree(record, pupil)


def _names_agree(record: SetAside, person: PresentPupil | PresentGuardian) -> bool:
    pairs = ((record.family_name, person.family_name), (record.first_name, person.first_name))
    return all(not text or plain(text) == plain(name or "") for text, name in pairs)


def holds_own_link(aside: Iterable[SetAside], pupil: str) -> bool:
    """Whether a link of this pupil could not be read, and may be the link to themselves."""
    return any(record.kind == "link" and record.pupil in (None, pupil) for record in aside)


@dataclass(frozen=True, slots=True)
class HeldLinks:
    """`persons`: person id of each imported ELEVE_ID; `guardians`: held person ids.

    `sources`: every known PERSONNE_ID of the school. A link to an unknown one may be of any guardian.
    """

    aside: tuple[SetAside, ...]
    persons: Mapping[str, int | None]
    guardians: frozenset[int]
    sources: frozenset[str]

    def of(self, guardian: PresentGuardian, source_id: str | None = None) -> frozenset[int]:
        """The pupils whose link to this guardian stays open in any case. `source_id`: of the matched record."""
        sources = {*guardian.source_ids, source_id} - {None}
        pupils = {pupil for pupil, _, here in guardian.children if here}
        if source_id is None and guardian.person in self.guardians:
            return frozenset(pupils)
        persons: set[int] = set()
        for record in self.aside:
            if record.kind == "link" and (record.person in sources or record.person not in self.sources):
                persons |= self._ends(record.pupil, pupils)
            elif record.kind == "pupil" and record.source_id in self.persons:
                # Another record of the pupil is imported; this one may have had further guardians.
                persons |= self._ends(record.source_id, pupils)
        return frozenset(persons)

    def _ends(self, pupil: str | None, pupils: set[int]) -> set[int]:
        if pupil is None:
            return pupils
        person = self.persons.get(pupil)
        return {person} & pupils if person is not None else set()
