"""An upgrade keeps every row, on both engines; and a new database has what the models say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import Migrate, upgrade
from sqlalchemy import text

from idp import schema
from idp.app import create_app
from idp.database import db
from tests.conftest import Clock, _stores, fresh_database, settings_for


def empty_database(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database without any table."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('migrations')}/old.sqlite3"
    fresh_database(engine)
    store = _stores[engine]
    store.connection.execute("DROP DATABASE IF EXISTS old")
    store.connection.execute("CREATE DATABASE old TEMPLATE template0")
    return str(store._url("old"))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_rows_of_the_first_version_live_on(engine: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    url = empty_database(engine, tmp_path_factory)
    app = create_app(settings_for(url), Clock())
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0001")
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO persons (id, kind, family_name, first_name, created_at, updated_at)"
                " VALUES (1, 'guardian', 'Durand', 'Claire', 1, 1)",
                "INSERT INTO accounts (id, person_id, username, subject, state, mail, mail_verified_at,"
                " credentials_since, present, created_at)"
                " VALUES (1, 1, 'c.durand', 's', 'active', 'Claire@example.org', 1, 0, true, 1)",
                "INSERT INTO sessions (digest, sid, account_id, auth_time, amr, opened_at, seen_at, expires_at,"
                " address, browser_name) VALUES ('d', 'sid', 1, 1, 'pwd', 1, 1, 99999999999, '', '')",
            ):
                connection.execute(text(statement))
        schema.migrate()
        app.extensions["connections"].close()
        from idp.people.storage import contacts
        from idp.signin.storage import sessions

        with db.engine.connect() as connection:
            (found,) = contacts.by_mail(connection, "claire@EXAMPLE.org")
            assert found.username == "c.durand" and found.mobile is None and not found.has_second_factor
            row, account = sessions.find_session(connection, "d", 2, 100)
            assert account.id == 1 and row.device_known and row.confirmed_at == 0
        db.engine.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.filterwarnings("ignore:autogenerate skipping", "ignore:Skipped unsupported reflection")
def test_the_migrations_make_what_the_models_say(engine: str) -> None:
    app = create_app(settings_for(fresh_database(engine)), Clock())
    with app.app_context(), db.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), db.metadata)
    # Alembic cannot see SQLite's indexes over expressions.
    assert [change for change in found if "ix_accounts_mail_folded" not in str(change)] == []
