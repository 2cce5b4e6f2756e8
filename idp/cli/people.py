"""`idp people`: the school's base, from its SIECLE exports to the letters that are handed out."""

import csv
import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

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
ROLES = click.Choice(["head", "deputy", "secretary", "delegate", "teacher", "academy_administrator"])
_MOST_SHOWN = 20


@click.group()
def people() -> None:
    """Pupils, guardians and staff."""


@people.command("import")
@click.argument("eleves", type=EXPORT)
@click.argument("responsables", type=EXPORT)
@click.option("--preview", is_flag=True, help="Say what would change, and write nothing.")
@as_json
@pass_terminal
def import_(terminal: Terminal, eleves: Path, responsables: Path, preview: bool, as_json: bool) -> None:
    """Import a school's two SIECLE exports, XML or zipped: all or nothing, and safe to repeat.

    ELEVES and RESPONSABLES are recognised by what they hold; their order does not matter.
    """
    with terminal.application(), ExitStack() as open_files:
        from idp.people import imports
        from idp.people.rules.siecle import SiecleFile

        files = [
            SiecleFile(file.name, open_files.enter_context(open(file, "rb")))
            for file in (eleves, responsables)
        ]
        plan = imports.preview(files, now()) if preview else imports.write(files, now(), ACTOR)
    if as_json:
        entries = [asdict(entry) for entry in plan.entries]
        return say_json(
            {
                "uai": plan.uai,
                "year": plan.year,
                "written": not preview,
                "counts": plan.counts(),
                "entries": entries,
            }
        )
    click.echo(
        f"School {plan.uai}, year {plan.year}: {'preview, nothing was written' if preview else 'written'}."
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


@people.command()
@click.argument("uai")
@pass_terminal
def letters(terminal: Terminal, uai: str) -> None:
    """Issue letters to everybody of the school UAI who has none, as CSV on standard output.

    The provisional passwords are shown this once. A letter dies after passwords.letter_days.
    """
    with terminal.application():
        from idp.people import letters as acts

        issued = acts.issue_letters(acts.awaiting_letter(uai, now()), now(), ACTOR)
        addresses = [letter.address for letter in issued]
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("kind", "family_name", "first_name", "username", "provisional_password", "address"))
    for letter, address in zip(issued, addresses, strict=True):
        names = (letter.kind, letter.family_name, letter.first_name)
        table.writerow((*names, letter.username, letter.password, address))


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
