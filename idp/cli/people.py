"""`idp people`: the school's base, from its SIECLE exports to the letters that are handed out."""

from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from idp.cli.letters import letters
from idp.cli.terminal import (
    ACTOR,
    Terminal,
    as_json,
    day_and_hour,
    now,
    pass_terminal,
    say_json,
    say_table,
)

EXPORT = click.Path(path_type=Path, exists=True, dir_okay=False)
ROLES = click.Choice(
    [
        "head",
        "deputy",
        "secretary",
        "delegate",
        "teacher",
        "academy_administrator",
        "academy_support",
        "academy_auditor",
    ]
)
_MOST_SHOWN = 20


@click.group()
def people() -> None:
    """Pupils, guardians and staff."""


@people.command("import")
@click.argument("eleves", type=EXPORT)
@click.argument("responsables", type=EXPORT)
@click.option("--preview", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--many-may-leave", is_flag=True, help="Write it although very many pupils would be gone.")
@as_json
@pass_terminal
def import_(
    terminal: Terminal, eleves: Path, responsables: Path, preview: bool, many_may_leave: bool, as_json: bool
) -> None:
    """Import a school's two SIECLE exports, XML or zipped: all or nothing, and safe to repeat.

    ELEVES and RESPONSABLES are recognised by what they hold; their order does not matter.
    """
    with terminal.application(), ExitStack() as open_files:
        from idp.people import import_record, imports
        from idp.people.rules.siecle import SiecleFile

        files = [
            SiecleFile(file.name, open_files.enter_context(open(file, "rb")))
            for file in (eleves, responsables)
        ]
        if preview:
            number, plan = None, imports.preview(imports.check(files), now())[0]
        else:
            number, plan = import_record.write(files, now(), ACTOR, many_may_leave)
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
    for kind, counts in plan.counts().items():
        click.echo(
            f"  {kind.ljust(8)}  {', '.join(f'{number} {verdict}' for verdict, number in counts.items())}"
        )
    telling = [entry for entry in plan.entries if entry.verdict in ("ambiguous", "noted")]
    for entry in telling[:_MOST_SHOWN]:
        click.echo(f"  {entry.verdict}: {entry.kind} {entry.name}: {'; '.join(entry.reasons)}")
    if len(telling) > _MOST_SHOWN:
        click.echo(f"  ... and {len(telling) - _MOST_SHOWN} more: --json lists them all.")


@people.command("import-csv")
@click.argument("uai")
@click.argument("file", type=EXPORT)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=FIELD",
    help="What a column holds; else it is guessed.",
)
@click.option("--many-may-leave", is_flag=True, help="Write it although very many pupils would be gone.")
@pass_terminal
def import_csv(
    terminal: Terminal, uai: str, file: Path, columns: tuple[str, ...], many_may_leave: bool
) -> None:
    """Import a CSV of pupils with their guardians into the school UAI, for schools without SIECLE.

    FIELD is one of those that docs/console.md lists: NOM_DE_FAMILLE, PRENOM, DATE_NAISS, CLASSE, R1.MEL …
    """
    with terminal.application(), open(file, "rb") as content:
        from idp.people import csv_columns, import_record
        from idp.people.rules.csv_export import guessed, head_of
        from idp.people.rules.siecle import SiecleFile

        given = SiecleFile(file.name, content)
        mapping = dict(column.partition("=")[::2] for column in columns) or guessed(head_of(given)[0])
        export = csv_columns.read(given, mapping, uai, now())
        number, plan = import_record.write_export(export, now(), ACTOR, many_may_leave)
    click.echo(f"School {uai}: written as import {number}.")
    for kind, counts in plan.counts().items():
        click.echo(f"  {kind.ljust(8)}  {', '.join(f'{n} {verdict}' for verdict, n in counts.items())}")


@people.command("import-academy")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--many-may-leave", is_flag=True, help="Write schools although very many pupils would be gone.")
@pass_terminal
def import_academy(terminal: Terminal, folder: Path, many_may_leave: bool) -> None:
    """Import every school below FOLDER: a folder each, with its two exports. Safe to interrupt and to run again.

    Each school is written whole or not at all. What was imported from the same files already is passed over; a school
    that cannot be written is named at the end, and does not hold up the others (exit code 1).
    """
    with terminal.application():
        from idp.people import academy

        failed = 0
        for done in academy.import_folder(folder, now, ACTOR, many_may_leave):
            failed += done.fault is not None
            click.echo(f"{done.number}/{done.total}  {done.name}  {done.fault or done.outcome}")
    if failed:
        raise click.ClickException(f"{failed} schools were not written; the reasons stand above.")


@people.command("undo-import")
@click.argument("number", type=int)
@click.confirmation_option(prompt="The import is taken back; people whom it had added are shut out. Go on?")
@pass_terminal
def undo_import(terminal: Terminal, number: int) -> None:
    """Take import NUMBER back, within imports.undo_hours and while it is the newest of its school."""
    with terminal.application():
        from idp.people import import_record

        rows = import_record.undo(number, ACTOR, now())
    click.echo(f"Import {number} is undone: {rows} rows are as they were.")


people.add_command(letters)


@people.command()
@click.argument("uai")
@click.argument("name")
@click.option("--office", default="", help="How families reach the office, as pages show it.")
@pass_terminal
def school(terminal: Terminal, uai: str, name: str, office: str) -> None:
    """Say how the school UAI is called; add it if it is not known yet."""
    with terminal.application():
        from idp.people import schools

        schools.name_school(uai, name, office, now(), ACTOR)
    click.echo(f"{uai} is {name}.")


@people.command()
@click.argument("role", type=ROLES)
@click.argument("first_name")
@click.argument("family_name")
@click.option("--school", "uai", help="UAI of the school; without it, of the academy.")
@click.option("--mail", help="Address to write to.")
@pass_terminal
def staff(
    terminal: Terminal, role: str, first_name: str, family_name: str, uai: str | None, mail: str | None
) -> None:
    """Add a member of staff, and issue their letter: username and provisional password, shown once."""
    with terminal.application():
        from idp.people import letters, schools

        account = schools.add_staff(first_name, family_name, role, uai, now(), ACTOR, mail=mail)
        for letter in letters.issue_letters([account], now(), ACTOR):
            click.echo(f"{letter.username}  {letter.password}")


@people.command()
@click.argument("uai")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["guardian", "pupil", "staff"]), help="Default: all."
)
@click.option(
    "--changed-before",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Leave out who has chosen a password since that day. Default: today.",
)
@pass_terminal
def renew(terminal: Terminal, uai: str, kinds: tuple[str, ...], changed_before: datetime | None) -> None:
    """Ask the active accounts of the school UAI for a new password at their next login."""
    with terminal.application():
        from idp.people import campaigns

        since = int(changed_before.replace(tzinfo=UTC).timestamp()) if changed_before else now()
        asked = campaigns.ask_renewal(uai, kinds or campaigns.KINDS, since, ACTOR, now())
    click.echo(f"{asked} accounts will be asked for a new password.")


@people.command()
@click.argument("uai")
@pass_terminal
def disputed(terminal: Terminal, uai: str) -> None:
    """List the guardians of the school UAI who have said "not my child". A link ends when the base no longer names it."""
    with terminal.application():
        from idp.database import reading
        from idp.people.storage import family

        found = family.disputed(reading(), uai)
    rows = [(day_and_hour(one.at), one.guardian, one.pupil, one.class_code or "-") for one in found]
    say_table(("said", "guardian", "pupil", "class"), rows)
