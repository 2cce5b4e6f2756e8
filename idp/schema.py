"""The shape of the database: which migration it is at, and bringing it to this version's."""

import logging
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade

from idp.app import MIGRATIONS
from idp.database import db


def migrate() -> None:
    """Run the migrations that are due, within an application's context. Safe to repeat."""
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
    if db.engine.dialect.name == "sqlite" and not Path(db.engine.url.database or "").is_file():
        return None
    with db.engine.connect() as connection:
        found: str | None = MigrationContext.configure(connection).get_current_revision()
        return found


def newest_revision() -> str | None:
    """The revision that this version of the program wants."""
    newest: str | None = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return newest
