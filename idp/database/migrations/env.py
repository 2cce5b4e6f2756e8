"""Alembic's entry: a migration run is one transaction, on SQLite too, so that a killed upgrade leaves no partial change."""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]


def run() -> None:
    with migrate.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadatas[None],
            transactional_ddl=True,
            **migrate.configure_args,
        )
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # A table that is changed by a copy is dropped, which counts as deleting its rows: SQLite's manual for ALTER TABLE
            # says to switch foreign keys off, which has to be done before the transaction, and to check them at its end.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            # The driver is in autocommit mode (idp.database), where only an explicit BEGIN starts a transaction.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        with context.begin_transaction():
            context.run_migrations()
            if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(f"rows refer to what is gone; nothing was changed: {broken[:5]}")


run()
