"""A machine that freezes within its readiness check keeps no other machine waiting."""

import socket

import psycopg
import pytest

from idp.app import create_app
from idp.database.engine import close, db, raise_generation, transaction, try_writing
from tests.applications import Clock, settings_for
from tests.databases import lent


def test_a_frozen_readiness_check_blocks_neither_another_machine_nor_a_registration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with lent("postgresql") as url:
        app = create_app(settings_for(url), Clock())
        app.extensions["connections"].patience = 2.0
        with app.app_context(), psycopg.connect(url.replace("+psycopg", "")) as frozen:
            try_writing()
            # What the first machine wrote, in a transaction that does not end.
            assert frozen.execute(
                "SELECT name FROM generations WHERE name <> 'registry' FOR UPDATE"
            ).fetchall()
            monkeypatch.setattr(socket, "gethostname", lambda: "second-machine")
            try_writing()
            with transaction() as tx:
                raise_generation(tx)
            frozen.rollback()
            close()
            db.engine.dispose()
