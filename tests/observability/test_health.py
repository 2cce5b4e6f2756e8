"""Liveness, readiness and the start: what each asks, and what it answers without a database."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from idp.app import create_app
from idp.database import schema
from idp.database.engine import transaction
from idp.database.revision import stored_revision, wanted_revision
from idp.oidc import signing
from tests.conftest import Clock, settings_for


def statuses(client: FlaskClient) -> dict[str, int]:
    return {name: client.get(f"/health/{name}").status_code for name in ("live", "ready", "startup")}


@pytest.mark.both_engines
def test_a_prepared_service_is_live_ready_and_started(app: Flask) -> None:
    assert statuses(app.test_client()) == {"live": 200, "ready": 200, "startup": 200}
    response = app.test_client().get("/health/startup").get_json()
    assert response == {
        "status": "started",
        "revision": wanted_revision(),
        "wanted_revision": wanted_revision(),
        "signing_keys": True,
    }


@pytest.mark.parametrize("url", ["sqlite:///{}/gone.sqlite3", "postgresql+psycopg://x@127.0.0.1:1/idp"])
def test_without_a_database_only_liveness_holds(url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(url.format(tmp_path), database={"patience": 0.5}))
    client = app.test_client()
    assert statuses(client) == {"live": 200, "ready": 503, "startup": 503}
    assert client.get("/health/startup").get_json()["revision"] == "unreadable"
    assert client.get("/health/ready").headers["Retry-After"] == "5"


def test_a_start_is_complete_with_this_versions_revision_and_keys(tmp_path: Path, clock: Clock) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/idp.sqlite3"), clock)
    client = app.test_client()
    with app.app_context():
        schema.migrate()
    response = client.get("/health/startup")
    assert response.status_code == 503 and response.get_json()["signing_keys"] is False
    with app.app_context():
        signing.ensure(clock.now)
    assert client.get("/health/startup").status_code == 200
    with app.app_context(), transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    response = client.get("/health/startup")
    assert response.status_code == 503 and response.get_json()["revision"] == "0001"
    with app.app_context():
        app.extensions["connections"].close()


def test_the_wanted_revision_is_alembics(app: Flask) -> None:
    with app.app_context():
        assert wanted_revision() == schema.newest_revision() == schema.present_revision()
        with transaction() as tx:
            assert stored_revision(tx) == wanted_revision()


def test_a_database_that_takes_no_write_is_not_ready(tmp_path: Path, clock: Clock) -> None:
    """Reading alone is not enough: a login writes."""
    app = create_app(settings_for(f"sqlite:///{tmp_path}/idp.sqlite3"), clock)
    app.extensions["connections"].patience = 0.2
    with app.app_context():
        schema.migrate()
        signing.ensure(clock.now)
    with contextlib.closing(sqlite3.connect(tmp_path / "idp.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert statuses(app.test_client()) == {"live": 200, "ready": 503, "startup": 200}
        writer.execute("ROLLBACK")
    assert statuses(app.test_client()) == {"live": 200, "ready": 200, "startup": 200}
    with app.app_context():
        app.extensions["connections"].close()
