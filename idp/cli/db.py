"""`idp db`: the database's shape."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp.cli.terminal import Terminal, pass_terminal

if TYPE_CHECKING:
    from flask import Flask


@click.group()
def db() -> None:
    """The database."""


@db.command()
@pass_terminal
def upgrade(terminal: Terminal) -> None:
    """Create the database, or bring it to this version. Safe to repeat."""
    with terminal.application() as app:
        before = present_revision()
        migrate(app)
        after = present_revision()
    click.echo(
        f"The database is at {after}." if before == after else f"The database went from {before} to {after}."
    )


def migrate(app: "Flask") -> None:
    """Run the migrations that are due, within the context of `app`."""
    import logging

    from flask_migrate import upgrade

    from idp.database import db

    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        Path(db.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade(directory=str(Path(app.root_path) / "migrations"))


def present_revision() -> str | None:
    """The revision that the database is at; None before the first."""
    from alembic.migration import MigrationContext

    from idp.database import db

    if db.engine.dialect.name == "sqlite" and not Path(db.engine.url.database or "").is_file():
        return None
    with db.engine.connect() as connection:
        found: str | None = MigrationContext.configure(connection).get_current_revision()
        return found


def newest_revision(app: "Flask") -> str | None:
    """The revision that this version of the program wants."""
    from alembic.script import ScriptDirectory

    newest: str | None = ScriptDirectory(str(Path(app.root_path) / "migrations")).get_current_head()
    return newest
