"""Alembic's entry: one migration run is one transaction, on SQLite too, so that a killed upgrade leaves nothing half done."""

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
        if connection.dialect.name == "sqlite":
            # The driver is in autocommit mode (idp.database), where only an explicit BEGIN starts a transaction.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        with context.begin_transaction():
            context.run_migrations()


run()
