"""`idp db`: the database's shape."""

from pathlib import Path

import click

from idp.cli.terminal import Terminal, pass_terminal


@click.group()
def db() -> None:
    """The database."""


@db.command()
@pass_terminal
def upgrade(terminal: Terminal) -> None:
    """Create the database, or bring it to this version. Safe to repeat."""
    with terminal.application():
        before = present_revision()
        migrate()
        after = present_revision()
    click.echo(
        f"The database is at {after}." if before == after else f"The database went from {before} to {after}."
    )


def migrate() -> None:
    """Run the migrations that are due, within an application's context."""
    import logging

    from flask_migrate import upgrade

    from idp.app import MIGRATIONS
    from idp.database import db

    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        Path(db.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    # Alembic tells of each step at INFO and sets its own handlers; what matters here is said by whoever calls.
    logging.disable(logging.INFO)
    try:
        upgrade(directory=str(MIGRATIONS))
    finally:
        logging.disable(logging.NOTSET)


def present_revision() -> str | None:
    """The revision that the database is at; None before the first."""
    from alembic.migration import MigrationContext

    from idp.database import db

    if db.engine.dialect.name == "sqlite" and not Path(db.engine.url.database or "").is_file():
        return None
    with db.engine.connect() as connection:
        found: str | None = MigrationContext.configure(connection).get_current_revision()
        return found


def newest_revision() -> str | None:
    """The revision that this version of the program wants."""
    from alembic.script import ScriptDirectory

    from idp.app import MIGRATIONS

    newest: str | None = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return newest
