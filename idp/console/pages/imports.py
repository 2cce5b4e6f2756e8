"""Imports: files in, check, preview, settle by hand, write, undo."""

from operator import itemgetter

from flask import request

from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.rules.listings import arrange
from idp.console.rules.rights import Act
from idp.context import now, settings
from idp.database import reading
from idp.people import csv_columns, import_record
from idp.people.rules.import_facts import Verdict
from idp.people.rules.siecle import SiecleFault
from idp.people.storage import import_rows, persons
from idp.refusals import Refusal


@page("/school/<uai>/imports", "imports", Act.IMPORT)
def imports(desk: Desk) -> Page:
    """The last imports, and two fields for the next one's files."""
    assert desk.school is not None
    refusal = None
    if request.method == "POST":
        try:
            return _give(desk)
        except Refusal as met:
            refusal = met
    return show(desk, "imports", refusal, imports=import_rows.of_school(reading(), desk.school.id), now=now())


def _give(desk: Desk) -> Page:
    assert desk.school is not None
    files = [
        (file.filename or "", file.stream)
        for file in request.files.getlist("files")
        if file and file.filename
    ]
    source = "csv" if len(files) == 1 and files[0][0].lower().endswith((".csv", ".txt")) else "siecle"
    if source == "siecle" and len(files) != 2:
        raise Refusal("K08", f"{len(files)} files were given", field="fichiers")
    given = import_record.give(desk.school.id, files, source, desk.actor, now())
    return back("import_", uai=desk.school.uai, number=given)


@page("/school/<uai>/imports/<int:number>", "import_", Act.IMPORT)
def import_(desk: Desk, number: int) -> Page:
    """One import, whatever its state: the page asks again by itself while the worker is at it."""
    assert desk.school is not None
    row, refusal = _row(desk, number), None
    if pressed():
        try:
            return _act(desk, number)
        except Refusal as met:
            refusal, row = met, _row(desk, number)
    columns = None
    if row["state"] == "columns" or (row["state"] == "refused" and row["source"] == "csv"):
        try:
            columns = csv_columns.columns(number, desk.school.id)
        except SiecleFault as fault:
            row["fault"] = {
                "file": fault.file,
                "line": fault.line,
                "field": fault.field,
                "sentence": fault.sentence,
            }
    wanted = request.args.get("verdict", "")
    listing = arrange(
        [entry for entry in row["entries"] or [] if not wanted or entry["verdict"] == wanted],
        {"name": itemgetter("name"), "kind": itemgetter("kind"), "verdict": itemgetter("verdict")},
        request.args,
        verdict=wanted,
    )
    return show(
        desk,
        "import",
        refusal,
        row=row,
        listing=listing,
        verdicts=[str(verdict) for verdict in Verdict],
        wanted=wanted,
        columns=columns,
        fields=csv_columns.FIELDS,
        may_undo=_may_undo(desk, row),
        busy=row["state"] in ("given", "writing"),
    )


def _act(desk: Desk, number_: int) -> Page:
    assert desk.school is not None
    school, act, here = desk.school.id, pressed(), {"uai": desk.school.uai, "number": number_}
    if act == "write":
        import_record.ask_write(number_, school, "many_may_leave" in request.form, desk.actor, now())
    elif act == "drop":
        import_record.drop(number_, school, desk.actor, now())
        return back("imports", uai=desk.school.uai)
    elif act == "columns":
        head = request.form.getlist("column")
        chosen = dict(zip(head, request.form.getlist("field"), strict=False))
        mapping = {column: field for column, field in chosen.items() if field in csv_columns.FIELDS}
        if csv_columns.missing(mapping) or len(set(mapping.values())) != len(mapping):
            raise Refusal("K08", "a needed column is missing or was chosen twice", field="colonnes")
        import_record.map_columns(number_, school, mapping, desk.actor, now())
    elif act == "undo":
        if not desk.may(Act.UNDO_IMPORT):
            raise Refusal("K01", "may not undo")
        import_record.undo(number_, desk.actor, now())
    return back("import_", **here)


@page("/school/<uai>/imports/<int:import_number>/settle", "settle", Act.IMPORT)
def settle(desk: Desk, import_number: int) -> Page:
    """One ambiguous record and the persons it may be, side by side."""
    assert desk.school is not None
    row, refusal = _row(desk, import_number), None
    doubts = [
        entry
        for entry in row["entries"] or []
        if entry["verdict"] == Verdict.AMBIGUOUS and entry["candidates"]
    ]
    kind, source = request.values.get("kind", ""), request.values.get("source", "")
    found = [entry for entry in doubts if (entry["kind"], entry["source_id"]) == (kind, source)]
    if not found:
        return back("import_", uai=desk.school.uai, number=import_number)
    if pressed() == "decide":
        try:
            person = None if request.form.get("person") == "new" else number("person")
            import_record.decide(import_number, desk.school.id, kind, source, person, desk.actor, now())
            return back("import_", uai=desk.school.uai, number=import_number)
        except Refusal as met:
            refusal = met
    return show(
        desk,
        "settle",
        refusal,
        row=row,
        entry=found[0],
        candidates=persons.beside(reading(), found[0]["candidates"]),
    )


def _row(desk: Desk, number: int) -> dict:  # type: ignore[type-arg]
    row = import_rows.find(reading(), number)
    if row is None or desk.school is None or row["school_id"] != desk.school.id:
        raise Refusal("K01", "an import of another school, or none")
    return row


def _may_undo(desk: Desk, row: dict) -> bool:  # type: ignore[type-arg]
    young = (
        row["written_at"] is not None and now() - row["written_at"] <= settings().imports.undo_hours * 3600
    )
    return bool(row["state"] == "written" and row["undo"] and young and desk.may(Act.UNDO_IMPORT))
