"""Files as read and the school's answers for damaged texts → the export to plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from idp.imports.rules.faults import Fault, FaultCode
from idp.imports.rules.records import (
    Answers,
    LinkRecord,
    PersonRecord,
    PupilRecord,
    Question,
    ReadFiles,
    SchoolExport,
    SetAside,
)
from idp.people.rules.families import LEGAL


def apply_answers(read: ReadFiles, answers: Answers) -> SchoolExport:
    """The export of `read`. Questions without an answer are set aside; links of people who are not imported are dropped."""
    questions = tuple(record.answered(answers) for record in read.records if isinstance(record, Question))
    records = [
        *(record for record in read.records if not isinstance(record, Question)),
        *(question.record for question in questions if question.record is not None),
    ]
    pupils = tuple(record for record in records if isinstance(record, PupilRecord))
    persons = tuple(record for record in records if isinstance(record, PersonRecord))
    aside = [*read.set_aside, *(question.aside for question in questions if question.record is None)]
    here = {record.source_id for record in pupils}
    guardians, childless = _without_children(persons, read.links, here, aside)
    guardian_ids = {record.source_id for record in guardians}
    links = tuple(link for link in read.links if link.pupil in here and link.person in guardian_ids)
    return SchoolExport(
        read.uai, read.year, read.exported_on, pupils, guardians, links, (*aside, *childless), questions
    )


def _without_children(
    persons: Sequence[PersonRecord], links: Iterable[LinkRecord], here: set[str], aside: Sequence[SetAside]
) -> tuple[tuple[PersonRecord, ...], list[SetAside]]:
    """(other persons, set-aside legal guardians none of whose pupils is imported)."""
    legal: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.level == LEGAL:
            legal[link.person].add(link.pupil)
    where = {record.source_id: record.faults[0] for record in aside if record.kind == "pupil"}
    remaining, childless = [], []
    for person in persons:
        children = legal[person.source_id]
        if not children or children & here:
            remaining.append(person)
            continue
        place = next((where[child] for child in sorted(children) if child in where), None)
        name = " ".join(part for part in (person.first_name, person.family_name) if part)
        fault = Fault(
            FaultCode.CHILDREN_ASIDE, place.file if place else "", place.line if place else None, name=name
        )
        childless.append(
            SetAside(
                "guardian",
                name,
                (fault,),
                source_id=person.source_id,
                family_name=person.family_name,
                first_name=person.first_name or "",
            )
        )
    return tuple(remaining), childless
