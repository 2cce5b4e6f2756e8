"""`idp people import…`: import a school's base from its files, and undo an import."""

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click

from idp.cli.terminal import ACTOR, Terminal, as_json, now, pass_terminal, say_json
from idp.imports import academy, answers, csv_columns, lifecycle, write
from idp.imports.rules.csv_export import guessed
from idp.imports.rules.csv_lines import head_of
from idp.imports.rules.facts import Entry
from idp.imports.rules.plan import Plan
from idp.imports.rules.records import SiecleFile

EXPORT = click.Path(path_type=Path, exists=True, dir_okay=False)
_MOST_SHOWN = 20
_SET_ASIDE = "Leave out the records that cannot be read, and import the others."


@click.command("import")
@click.argument("eleves", type=EXPORT)
@click.argument("responsables", type=EXPORT)
@click.option("--preview", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--many-may-leave", is_flag=True, help="Write although very many pupils would leave.")
@click.option("--set-aside", is_flag=True, help=_SET_ASIDE)
@click.option(
    "--text",
    "texts",
    multiple=True,
    metavar="KIND:ID=ANSWER",
    help="Answer for a damaged text, from now on: pupil:4711=mended (or written, aside).",
)
@as_json
@pass_terminal
def import_(
    terminal: Terminal,
    eleves: Path,
    responsables: Path,
    preview: bool,
    many_may_leave: bool,
    set_aside: bool,
    texts: tuple[str, ...],
    as_json: bool,
) -> None:
    """Import a school's two SIECLE exports, XML or zipped: all or nothing, and safe to repeat.

    ELEVES and RESPONSABLES are recognised by their content; their order does not matter. If records cannot be read, each
    is reported with its fault and nothing is written, unless --set-aside leaves them out.
    """
    with terminal.application(), ExitStack() as open_files:
        files = [
            SiecleFile(file.name, open_files.enter_context(open(file, "rb")))
            for file in (eleves, responsables)
        ]
        read = write.check(files)
        if texts:
            answers.answer_texts_of(read, _answers(texts), ACTOR, now())
        if preview:
            number, plan = None, write.preview(read, now()).plan
        else:
            number, plan = lifecycle.write_export(read, now(), ACTOR, many_may_leave, set_aside=set_aside)
    if as_json:
        entries = [asdict(entry) for entry in plan.entries]
        return say_json(
            {
                "uai": plan.uai,
                "year": plan.year,
                "written": not preview,
                "import": number,
                "counts": plan.counts(),
                "entries": entries,
            }
        )
    click.echo(
        f"School {plan.uai}, year {plan.year}: {'preview, nothing was written' if preview else f'written as import {number}'}."
    )
    _print_plan(plan)
    remarks = [entry for entry in plan.entries if entry.verdict in ("ambiguous", "noted") and entry.reasons]
    for entry in remarks[:_MOST_SHOWN]:
        click.echo(f"  {entry.verdict}: {entry.kind} {entry.name}: {'; '.join(map(str, entry.reasons))}")
    if len(remarks) > _MOST_SHOWN:
        click.echo(f"  ... and {len(remarks) - _MOST_SHOWN} more: --json lists them all.")


def _print_plan(plan: Plan) -> None:
    """Print the counts, each record that is not imported with its faults, and damaged texts."""
    for kind, counts in plan.counts().items():
        click.echo(f"  {kind.ljust(8)}  {', '.join(f'{n} {verdict}' for verdict, n in counts.items())}")
    for entry in plan.set_aside:
        for fault in entry.faults:
            click.echo(f"  not imported: {_record_name(entry)}: {fault}")
    for question in plan.questions:
        proposals = ", ".join(f"« {doubt.mended} »" for doubt in question.doubts if doubt.mended)
        click.echo(
            f"  damaged text: {question.aside.kind}:{question.aside.source_id} {question.aside.name}"
            f"{f', probably {proposals}' if proposals else ''}; answer so far: {question.answer or 'aside'}"
        )


def _record_name(entry: Entry) -> str:
    return " ".join(part for part in (entry.kind, entry.source_id, entry.name) if part)


def _answers(texts: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """KIND:ID=ANSWER → answers for damaged texts."""
    answers = {}
    for text in texts:
        record, _, answer = text.partition("=")
        kind, _, source = record.partition(":")
        if kind not in ("pupil", "guardian") or not source or answer not in ("mended", "written", "aside"):
            raise click.BadParameter(f"{text!r} is not like pupil:4711=mended", param_hint="--text")
        answers[kind, source] = answer
    return answers


@click.command("import-csv")
@click.argument("uai")
@click.argument("file", type=EXPORT)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=FIELD",
    help="The field of a column; guessed without this option.",
)
@click.option("--many-may-leave", is_flag=True, help="Write although very many pupils would leave.")
@click.option("--set-aside", is_flag=True, help=_SET_ASIDE)
@pass_terminal
def import_csv(
    terminal: Terminal,
    uai: str,
    file: Path,
    columns: tuple[str, ...],
    many_may_leave: bool,
    set_aside: bool,
) -> None:
    """Import a CSV of pupils with their guardians into the school UAI, for schools without SIECLE.

    FIELD is one of those that docs/console.md lists: NOM_DE_FAMILLE, PRENOM, DATE_NAISS, CLASSE, R1.MEL …
    """
    with terminal.application(), open(file, "rb") as content:
        export = SiecleFile(file.name, content)
        mapping = dict(column.partition("=")[::2] for column in columns) or guessed(head_of(export)[0])
        read = csv_columns.read(export, mapping, uai, now())
        number, plan = lifecycle.write_export(read, now(), ACTOR, many_may_leave, set_aside=set_aside)
    click.echo(f"School {uai}: written as import {number}.")
    _print_plan(plan)


@click.command("import-academy")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--many-may-leave", is_flag=True, help="Write schools although very many pupils would leave.")
@click.option("--set-aside", is_flag=True, help=_SET_ASIDE)
@pass_terminal
def import_academy(terminal: Terminal, folder: Path, many_may_leave: bool, set_aside: bool) -> None:
    """Import every school below FOLDER: a folder each, with its two exports. Safe to interrupt and to run again.

    Each school is written whole or not at all. A school whose files were imported before is skipped; a school
    that cannot be written is reported with its reason, and the others are imported all the same (exit code 1).
    """
    with terminal.application():
        failed = 0
        for done in academy.import_folder(folder, now, ACTOR, many_may_leave, set_aside):
            failed += done.fault is not None
            click.echo(f"{done.number}/{done.total}  {done.name}  {done.fault or _outcome(done.counts)}")
    if failed:
        raise click.ClickException(f"{failed} schools were not written; the reasons are above.")


def _outcome(counts: dict[str, dict[str, int]] | None) -> str:
    if counts is None:
        return "unchanged: these files were imported before"
    return ", ".join(
        f"{number} {kind}s {verdict}"
        for kind, verdicts in counts.items()
        for verdict, number in verdicts.items()
        if number
    )


@click.command("undo-import")
@click.argument("number", type=int)
@click.confirmation_option(
    prompt="The import will be undone; people whom it has added cannot sign in any more. Continue?"
)
@pass_terminal
def undo_import(terminal: Terminal, number: int) -> None:
    """Undo import NUMBER, within imports.undo_hours and while it is the newest of its school."""
    with terminal.application():
        rows = lifecycle.undo(number, ACTOR, now())
    if rows is None:
        return click.echo(f"Import {number} is undone already.")
    click.echo(f"Import {number} is undone: {rows} rows are restored.")
