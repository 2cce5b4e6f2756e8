"""The preview of an import as it is stored, and the exceptions that stop its writing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from idp.imports.rules.facts import Entry, record_digest
from idp.imports.rules.plan import Plan
from idp.imports.rules.pupil_matching import pupil_name
from idp.imports.rules.reasons import Reason, ReasonCode
from idp.imports.rules.records import ASIDE, PersonRecord, PupilRecord, SchoolExport
from idp.people.rules.families import LEGAL


class ImportFault(Exception):
    """An export that is well-formed and must not be written."""

    def __init__(self, code: ReasonCode, **facts: object) -> None:
        self.reason = Reason(code, {name: str(value) for name, value in facts.items()})
        super().__init__(self.reason)


class NotAllReadable(ImportFault):
    """Some records cannot be imported, and importing the others was not confirmed."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(ReasonCode.RECORDS_SET_ASIDE, number=len(plan.set_aside))
        self.faults = tuple(fault for entry in plan.set_aside for fault in entry.faults)

    def __str__(self) -> str:
        """The faults in English, for commands."""
        return "\n".join(str(line) for line in (*self.faults, self.reason))


@dataclass(frozen=True)
class Preview:
    """The plan of an import. `too_many_gone`: more pupils would leave than `imports.gone_percent` allows unconfirmed."""

    plan: Plan
    too_many_gone: bool
    export: SchoolExport


def stored_entries(entries: Iterable[Entry], plan: Plan, export: SchoolExport) -> list[dict[str, Any]]:
    """Entries of a plan as JSON objects. An entry that the school has to decide carries its record, for the comparison page."""
    records: dict[tuple[str, str], PupilRecord | PersonRecord] = {}
    records |= {("pupil", record.source_id): record for record in export.pupils}
    records |= {("guardian", record.source_id): record for record in export.persons}
    questions = {(question.aside.kind, question.written.source_id): question for question in plan.questions}
    children = _children(export)
    stored = []
    for entry in entries:
        row, key = asdict(entry), (entry.kind, entry.source_id or "")
        question = questions.get(key)
        if entry.faults and question is not None:
            row["question"] = {
                "digest": question.digest,
                "answer": question.answer or ASIDE,
                "doubts": [asdict(doubt) for doubt in question.doubts],
                "mendable": question.mended is not None,
            }
        if key in records and (entry.candidates or entry.left_out):
            row["record"] = asdict(records[key])
            row["digest"] = record_digest(records[key])
            if entry.kind == "guardian":
                row["record"]["children"] = children[key[1]]
        stored.append(row)
    return stored


def _children(export: SchoolExport) -> dict[str, list[tuple[str, str]]]:
    """By PERSONNE_ID: (name of a child, code of the relation)."""
    names = {pupil.source_id: pupil_name(pupil) for pupil in export.pupils}
    children: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for link in export.links:
        if link.level == LEGAL and link.pupil in names:
            children[link.person].append((names[link.pupil], link.relation))
    return children
