"""Answers of a school to an import: the person of an ambiguous record, and the reading of a damaged text."""

from collections.abc import Mapping
from typing import Any

from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.imports import write
from idp.imports.lifecycle import CHECK
from idp.imports.preview import ImportFault
from idp.imports.rules.facts import Verdict
from idp.imports.rules.reasons import ReasonCode
from idp.imports.rules.records import AS_WRITTEN, ASIDE, MENDED, Question, ReadFiles
from idp.imports.storage import decisions
from idp.imports.storage import imports as storage
from idp.jobs import queue
from idp.refusals import Refusal
from idp.refusals.console import NO_SUCH_CHOICE, STATE_CHANGED


def decide(
    number: int,
    school: int,
    kind: str,
    source: str,
    person: int | None,
    actor: str,
    now: int,
    left_out: bool = False,
) -> None:
    """Store the person of an ambiguous record (None: a new person), or that it is not imported. Raises Refusal K03, K05.

    A preview is checked again. If the import is written already, the answer applies from the next import on.
    """
    row = storage.find(reading(), number)
    if row is None or row["school_id"] != school or row["state"] not in ("checked", "written"):
        raise Refusal(NO_SUCH_CHOICE, "the import is not open to answers")
    entries = row["entries"] or []
    offered = [
        entry
        for entry in entries
        if may_settle(entry) and (entry["kind"], entry["source_id"]) == (kind, source)
    ]
    if not offered:
        raise Refusal(NO_SUCH_CHOICE, "no such ambiguous record")
    entry = offered[0]
    if person is not None and person not in entry["candidates"]:
        raise Refusal(NO_SUCH_CHOICE, "the person is not among those offered")
    if entry.get("known") and (person is None or left_out):
        raise Refusal(NO_SUCH_CHOICE, "the record is of a known person")
    written = row["state"] == "written"
    with transaction() as tx:
        answer = {"person_id": person, "left_out": left_out, "record": entry.get("digest")}
        by = {"decided_by": actor, "decided_at": now}
        decisions.decide(tx, {"school_id": school, "kind": kind, "source_id": source, **answer, **by})
        entry["decided"] = True
        changes = {"entries": entries} if written else {"state": "given"}
        if not storage.change(tx, number, (row["state"],), **changes):
            raise Refusal(STATE_CHANGED, "the import has changed state")
        if not written:
            queue.ask(tx, CHECK, {"import": number}, actor, now, school)
        facts: dict[str, Any] = {"kind": kind, "record": source, "person": person, "left_out": left_out}
        trail.record(tx, now, "import.decided", actor, f"import:{number}", **facts)


def may_settle(entry: Mapping[str, Any]) -> bool:
    """Whether the school can decide who the person of a preview's entry is."""
    if entry.get("left_out"):
        return True
    return entry["verdict"] == Verdict.AMBIGUOUS and bool(entry["candidates"])


def answer_texts(
    number: int, school: int, answers: Mapping[tuple[str, str], str], actor: str, now: int
) -> None:
    """Store how damaged texts are read, and check the import again. Raises Refusal K03, K05.

    `answers`: (kind, source_id) → "written", "mended" or "aside". They apply to these texts only, in later imports too.
    """
    row = storage.find(reading(), number)
    if row is None or row["school_id"] != school or row["state"] != "checked":
        raise Refusal(STATE_CHANGED, "the import is not open to answers")
    questions = {
        (entry["kind"], entry["source_id"]): entry["question"]
        for entry in row["entries"] or []
        if entry.get("question")
    }
    for record, answer in answers.items():
        if record not in questions or answer not in (AS_WRITTEN, MENDED, ASIDE):
            raise Refusal(NO_SUCH_CHOICE, "no such question, or no such answer")
        if answer == MENDED and not questions[record]["mendable"]:
            raise Refusal(NO_SUCH_CHOICE, "the text cannot be mended")
    digests = {record: question["digest"] for record, question in questions.items()}
    with transaction() as tx:
        _store_answers(tx, school, answers, digests, actor, now)
        if not storage.change(tx, number, ("checked",), state="given"):
            raise Refusal(STATE_CHANGED, "the import has changed state")
        queue.ask(tx, CHECK, {"import": number}, actor, now, school)
        trail.record(tx, now, "import.texts_answered", actor, f"import:{number}", records=len(answers))


def answer_texts_of(read: ReadFiles, answers: Mapping[tuple[str, str], str], actor: str, now: int) -> None:
    """`answer_texts` for files that are read already. Raises ImportFault."""
    questions = {
        (record.aside.kind, record.written.source_id): record
        for record in read.records
        if isinstance(record, Question)
    }
    for record, answer in answers.items():
        if record not in questions or (answer == MENDED and questions[record].mended is None):
            raise ImportFault(ReasonCode.NO_SUCH_ANSWER, record=":".join(record))
    with transaction() as tx:
        school = write.school_of(tx, read.uai)
        digests = {record: question.digest for record, question in questions.items()}
        _store_answers(tx, school, answers, digests, actor, now)
        trail.record(tx, now, "import.texts_answered", actor, f"school:{read.uai}", records=len(answers))


def _store_answers(
    tx: Any,
    school: int,
    answers: Mapping[tuple[str, str], str],
    digests: Mapping[tuple[str, str], str],
    actor: str,
    now: int,
) -> None:
    for (kind, source), answer in answers.items():
        row = {"school_id": school, "kind": kind, "source_id": source, "digest": digests[kind, source]}
        decisions.answer_text(tx, row | {"answer": answer, "decided_by": actor, "decided_at": now})
