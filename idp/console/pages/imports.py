"""Imports: upload, check, preview, settle, write, undo."""

from collections.abc import Mapping, Sequence
from typing import IO

from flask import request
from werkzeug.wrappers import Response

from idp.console import comparing
from idp.console.import_words import field_word
from idp.console.pages.import_tables import ENTRIES, IMPORTS
from idp.console.pages.listed import choices, table_or_file
from idp.console.pages.page import Desk, back, form_of, number, page, pressed
from idp.console.rules.import_words import IMPORT_STATES, VERDICTS
from idp.console.rules.rights import Act
from idp.federation import upstreams
from idp.imports import answers as import_answers
from idp.imports import csv_columns, jobs, lifecycle
from idp.imports.rules.facts import Verdict
from idp.imports.rules.records import ASIDE, SiecleFault, SiecleFile
from idp.imports.rules.siecle_xml import GUARDIANS, PUPILS, root_of
from idp.refusals import Refusal
from idp.refusals.console import (
    COLUMNS_DOUBLED,
    COLUMNS_MISSING,
    EXPORT_FILE_MISSING,
    EXPORT_NOT_RECOGNISED,
    NO_EXPORT_FILES,
    RIGHT_MISSING,
    TOO_MANY_EXPORT_FILES,
)
from idp.runtime.context import now, settings
from idp.web.form_pages import Page

_OTHER_FILE = {PUPILS: "ResponsablesAvecAdresses", GUARDIANS: "ElevesSansAdresses"}
_MOST_QUESTIONS = 50
"""Questions about damaged texts on a page."""


@page("imports", Act.IMPORT)
def imports(desk: Desk) -> Page:
    """The last imports, and two fields for the files of the next import."""
    assert desk.school is not None
    form_page = form_of(desk, "imports")
    with form_page:
        if request.method == "POST":
            return _give(desk)
    state = request.args.get("state", "")
    rows = [row for row in lifecycle.of_school(desk.school.id) if state in ("", row["state"])]
    table = table_or_file(desk, IMPORTS, rows, "imports", f"imports-{desk.school.uai}.csv", state=state)
    if isinstance(table, Response):
        return table
    return form_page.show(table=table, states=choices(IMPORT_STATES))


def _give(desk: Desk) -> Page:
    assert desk.school is not None
    files = [
        (file.filename or "", file.stream)
        for file in request.files.getlist("files")
        if file and file.filename
    ]
    source = "csv" if len(files) == 1 and files[0][0].lower().endswith((".csv", ".txt")) else "siecle"
    if source == "siecle":
        _two_exports(files)
    import_number = lifecycle.submit(desk.school.id, files, source, desk.actor, now())
    return back("import_", uai=desk.school.uai, number=import_number)


def _two_exports(files: Sequence[tuple[str, IO[bytes]]]) -> None:
    """Whether these may be the two exports of SIECLE. Raises Refusal K20 to K23, each with its cause and remedy."""
    if not files:
        raise Refusal(NO_EXPORT_FILES, "no file was given")
    tables = [name for name, _ in files if name.lower().endswith((".csv", ".txt"))]
    if len(files) > 2 or tables:
        raise Refusal(TOO_MANY_EXPORT_FILES, f"{len(files)} files were given", number=len(files))
    if len(files) == 1:
        ((name, content),) = files
        try:
            root = root_of(SiecleFile(name, content))  # type: ignore[arg-type]
        except SiecleFault as fault:
            raise Refusal(EXPORT_NOT_RECOGNISED, str(fault), given=name) from None
        raise Refusal(EXPORT_FILE_MISSING, "one file was given", given=name, missing=_OTHER_FILE[root])


@page("import_", Act.IMPORT)
def import_(desk: Desk, number: int) -> Page:
    """An import in any state. The page reloads itself while the worker checks or writes."""
    assert desk.school is not None
    row, form_page = _row(desk, number), form_of(desk, "import")
    with form_page:
        if pressed():
            return _act(desk, number)
    if form_page.refusal is not None:
        row = _row(desk, number)
    columns = None
    if row["state"] == "columns" or (row["state"] == "refused" and row["source"] == "csv"):
        try:
            columns = csv_columns.columns(number, desk.school.id)
        except SiecleFault as fault:
            row["fault"] = jobs.stored_fault(fault)
    chosen_verdict = request.args.get("verdict", "")
    entries = sorted(row["entries"] or [], key=lambda entry: entry["verdict"] != Verdict.SET_ASIDE)
    questions = sorted(
        (entry for entry in entries if entry.get("question")),
        key=lambda entry: entry["question"]["answer"] != ASIDE,
    )
    chosen = [entry for entry in entries if chosen_verdict in ("", entry["verdict"])]
    file = f"import-{number}.csv"
    table = table_or_file(desk, ENTRIES, chosen, "import", file, verdict=chosen_verdict)
    if isinstance(table, Response):
        return table
    return form_page.show(
        row=row,
        table=table,
        verdicts=choices(VERDICTS),
        columns=columns,
        questions=questions,
        most_questions=_MOST_QUESTIONS,
        aside=sum(entry["verdict"] == Verdict.SET_ASIDE for entry in entries),
        may_settle=import_answers.may_settle,
        fields=csv_columns.FIELDS,
        may_undo=_may_undo(desk, row),
        other_providers=bool(upstreams.every()),
        busy=row["state"] in ("given", "writing"),
    )


def _act(desk: Desk, number_: int) -> Page:
    assert desk.school is not None
    school, act, here = desk.school.id, pressed(), {"uai": desk.school.uai, "number": number_}
    if act == "write":
        may = "many_may_leave" in request.form, desk.actor, now(), "set_aside" in request.form
        lifecycle.ask_write(number_, school, *may)
    elif act == "texts":
        named = [record.partition(":") for record in request.form.getlist("record")]
        records = [(kind, source) for kind, _, source in named]
        answers = dict(zip(records, request.form.getlist("answer"), strict=False))
        import_answers.answer_texts(number_, school, answers, desk.actor, now())
    elif act == "drop":
        lifecycle.drop(number_, school, desk.actor, now())
        return back("imports", uai=desk.school.uai)
    elif act == "columns":
        head = request.form.getlist("column")
        chosen = dict(zip(head, request.form.getlist("field"), strict=False))
        mapping = {column: field for column, field in chosen.items() if field in csv_columns.FIELDS}
        _complete(mapping)
        lifecycle.map_columns(number_, school, mapping, desk.actor, now())
    elif act == "undo":
        if not desk.may(Act.UNDO_IMPORT):
            raise Refusal(RIGHT_MISSING, "may not undo")
        lifecycle.undo(number_, desk.actor, now())
    return back("import_", **here)


def _complete(mapping: Mapping[str, str]) -> None:
    """Raises Refusal K24, K25: a needed field without a column, two columns for one field."""
    if lacking := csv_columns.missing(mapping):
        raise Refusal(
            COLUMNS_MISSING, "a needed column is missing", fields=", ".join(map(field_word, lacking))
        )
    chosen = list(mapping.values())
    if twice := sorted({field for field in chosen if chosen.count(field) > 1}):
        raise Refusal(COLUMNS_DOUBLED, "a field was chosen twice", fields=", ".join(map(field_word, twice)))


@page("settle", Act.IMPORT)
def settle(desk: Desk, import_number: int) -> Page:
    """An ambiguous record beside the persons that it may be: it is one of them, a new person, or not imported."""
    assert desk.school is not None
    row, form_page = _row(desk, import_number), form_of(desk, "settle")
    kind, source = request.values.get("kind", ""), request.values.get("source", "")
    entries = [
        entry
        for entry in row["entries"] or []
        if (entry["kind"], entry["source_id"]) == (kind, source) and import_answers.may_settle(entry)
    ]
    if not entries or row["state"] not in ("checked", "written"):
        return back("import_", uai=desk.school.uai, number=import_number)
    with form_page:
        if pressed() == "decide":
            answer = request.form.get("person")
            person = None if answer in ("new", "none") else number("person")
            import_answers.decide(
                import_number, desk.school.id, kind, source, person, desk.actor, now(), answer == "none"
            )
            return back("import_", uai=desk.school.uai, number=import_number)
    entry = entries[0]
    candidates = comparing.side_by_side(entry["candidates"], entry["record"], desk.school, desk.rights)
    hidden = {name for person in candidates for name in person["hidden"]}
    return form_page.show(row=row, entry=entry, candidates=candidates, hidden=hidden)


def _row(desk: Desk, number: int) -> dict:  # type: ignore[type-arg]
    row = lifecycle.find(number)
    if row is None or desk.school is None or row["school_id"] != desk.school.id:
        raise Refusal(RIGHT_MISSING, "an import of another school, or no such import")
    return row


def _may_undo(desk: Desk, row: dict) -> bool:  # type: ignore[type-arg]
    young = (
        row["written_at"] is not None and now() - row["written_at"] <= settings().imports.undo_hours * 3600
    )
    return bool(row["state"] == "written" and row["undo"] and young and desk.may(Act.UNDO_IMPORT))
