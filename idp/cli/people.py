"""`idp people`: the school's base, from its SIECLE exports to the letters that are handed out."""

from datetime import datetime

import click

from idp.cli.imports import import_, import_academy, import_csv, undo_import
from idp.cli.letters import letters
from idp.cli.terminal import (
    ACTOR,
    Terminal,
    day_and_hour,
    now,
    pass_terminal,
    say_table,
)
from idp.database.engine import reading
from idp.letters.issue import issue_letters
from idp.people import campaigns, schools
from idp.people.storage import family
from idp.runtime.context import begins_at

ROLES = click.Choice(
    [
        "head",
        "deputy",
        "secretary",
        "delegate",
        "teacher",
        "librarian",
        "local_authority",
        "academy_administrator",
        "academy_support",
        "academy_auditor",
    ]
)


@click.group()
def people() -> None:
    """Pupils, guardians and staff."""


for command in (letters, import_, import_csv, import_academy, undo_import):
    people.add_command(command)


@people.command()
@click.argument("uai")
@click.argument("name")
@click.option("--office", default="", help="How families reach the office; pages show it.")
@pass_terminal
def school(terminal: Terminal, uai: str, name: str, office: str) -> None:
    """Name the school UAI; add it if it is unknown."""
    with terminal.application():
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
        account = schools.add_staff(first_name, family_name, role, uai, now(), ACTOR, mail=mail)
        for letter in issue_letters([account], now(), ACTOR):
            click.echo(f"{letter.username}  {letter.password}")


@people.command()
@click.argument("uai")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["guardian", "pupil", "staff"]), help="Default: all."
)
@click.option(
    "--changed-before",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Leave out people who have chosen a password since that day. Default: today.",
)
@pass_terminal
def renew(terminal: Terminal, uai: str, kinds: tuple[str, ...], changed_before: datetime | None) -> None:
    """Ask the active accounts of the school UAI for a new password at their next login."""
    with terminal.application():
        since = begins_at(changed_before.date()) if changed_before else now()
        accounts = campaigns.ask_renewal(uai, kinds or campaigns.KINDS, since, ACTOR, now())
    click.echo(f"{accounts} accounts will be asked for a new password.")


@people.command()
@click.argument("uai")
@pass_terminal
def disputed(terminal: Terminal, uai: str) -> None:
    """List the guardians of the school UAI who dispute a child ("not my child"). A link ends when the base no longer names it."""
    with terminal.application():
        disputes = family.disputed(reading(), uai)
    rows = [(day_and_hour(link.at), link.guardian, link.pupil, link.class_code or "-") for link in disputes]
    say_table(("disputed", "guardian", "pupil", "class"), rows)
