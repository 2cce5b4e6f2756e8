"""Schema of the database: its revision, and the upgrade to this version's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import Migrate, upgrade
from sqlalchemy import text

from idp.database.engine import db

_UPGRADE = 7_201_946
"""Key of PostgreSQL's advisory lock for migrations."""
MIGRATIONS = Path(__file__).parent / "migrations"


class MadeByNewerVersion(Exception):
    """The database is at a revision that this version of the program does not know."""


def refuse_unknown(revision: str | None) -> None:
    """Raises MadeByNewerVersion."""
    if revision is not None and revision not in {
        script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    }:
        raise MadeByNewerVersion(
            f"The database is at {revision}, which this version does not know: a newer version has changed it. "
            "Install that version again, or put back the copy from before its upgrade."
        )


def migrate() -> None:
    """Run the migrations that are due, within an application's context. Safe to repeat. Raises MadeByNewerVersion."""
    refuse_unknown(present_revision())
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        file = Path(db.engine.url.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    # Registered here and not in create_app: a web worker never migrates, and Alembic costs a quarter of its start time.
    Migrate(current_app, db, directory=str(MIGRATIONS), render_as_batch=True)
    # Alembic logs each step at INFO and sets its own handlers; the caller reports what an operator needs.
    logging.disable(logging.INFO)
    try:
        with _one_at_a_time():
            upgrade(directory=str(MIGRATIONS))
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Serialise concurrent upgrades of a PostgreSQL database; later ones have nothing to do."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    with db.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({_UPGRADE})"))
        # No transaction may stay open meanwhile: the migrations change tables.
        connection.commit()
        yield
        connection.execute(text(f"SELECT pg_advisory_unlock({_UPGRADE})"))


def present_revision() -> str | None:
    """The database's revision; None before the first migration."""
    if db.engine.dialect.name == "sqlite" and not Path(db.engine.url.database or "").is_file():
        return None
    with db.engine.connect() as connection:
        revision: str | None = MigrationContext.configure(connection).get_current_revision()
        return revision


def newest_revision() -> str | None:
    """The newest revision of this version of the program."""
    newest: str | None = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return newest
