"""The shape of the database: which migration it is at, and bringing it to this version's."""

import logging
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import Migrate, upgrade

from idp.database import db

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate() -> None:
    """Run the migrations that are due, within an application's context. Safe to repeat."""
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        Path(db.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    # Joined here and not in create_app: a web worker never migrates, and Alembic costs a quarter of its start time.
    Migrate(current_app, db, directory=str(MIGRATIONS), render_as_batch=True)
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
