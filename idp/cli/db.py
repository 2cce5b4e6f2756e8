"""`idp db`: the schema of the database."""

import click

from idp.cli.terminal import Terminal, pass_terminal
from idp.database import schema


@click.group()
def db() -> None:
    """The database."""


@db.command()
@pass_terminal
def upgrade(terminal: Terminal) -> None:
    """Create the database, or bring it to this version. Safe to repeat."""
    with terminal.application():
        before = schema.present_revision()
        schema.migrate()
        after = schema.present_revision()
    click.echo(
        f"The database is at {after}." if before == after else f"The database went from {before} to {after}."
    )
