"""SQLite's log is written back by one connection at a time, which writes a page first (idp/database/checkpoints.py)."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from idp.app import create_app
from idp.database import checkpoints, schema
from idp.database.engine import close, db, reading, transaction
from tests.applications import Clock, settings_for

PAGE = 4096


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "idp.sqlite3"
    app = create_app(settings_for(f"sqlite:///{path}"), Clock())
    with app.app_context():
        schema.migrate()
        yield path
        close()
        db.engine.dispose()


def write(rows: int) -> None:
    for number in range(rows):
        with transaction(durable=False) as tx:
            tx.execute(
                text("INSERT INTO generations (name, value) VALUES (:name, 1)"),
                {"name": f"{number} {os.urandom(8).hex()}"},
            )


def statements() -> list[str]:
    """What the connection of this thread executes from now on."""
    executed: list[str] = []
    driver = reading().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(executed.append)
    return executed


def pages_to_write_back(database: Path) -> tuple[int, int]:
    """Pages of the log, and how many of them are written back: those that are not are the rest."""
    with sqlite3.connect(database) as connection:
        _, pages, written_back = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return pages, written_back


def test_no_connection_has_checkpoints_of_sqlite_itself(database: Path) -> None:
    assert reading().execute(text("PRAGMA wal_autocheckpoint")).scalar_one() == 0


def test_a_checkpoint_follows_a_number_of_rows_and_writes_a_page_first(database: Path) -> None:
    write(1)
    executed = statements()
    write(checkpoints.ROWS - 2)
    assert not [statement for statement in executed if "checkpoint" in statement]
    write(1)
    assert executed[-2:] == ["PRAGMA user_version=0", "PRAGMA wal_checkpoint(PASSIVE)"]
    write(checkpoints.ROWS - 1)
    assert len([statement for statement in executed if "checkpoint" in statement]) == 1


def test_the_page_before_a_checkpoint_is_in_the_log_even_if_nothing_changed(database: Path) -> None:
    """Otherwise a checkpoint could find everything written back, and another connection begin the log anew beside it."""
    write(1)
    driver = reading().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    for _ in range(3):
        before, written_back = pages_to_write_back(database)
        assert before == written_back
        driver.execute("PRAGMA user_version=0")
        assert driver.execute("PRAGMA data_version").fetchone()
        # The log was begun anew by that page, and has nothing else.
        assert Path(f"{database}-wal").stat().st_size >= PAGE
        assert driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone() == (0, 1, 1)


def test_the_log_stays_short_under_many_small_acts(database: Path) -> None:
    write(6 * checkpoints.ROWS)
    assert Path(f"{database}-wal").stat().st_size < 3 * checkpoints.ROWS * 4 * PAGE


def test_while_another_process_writes_the_log_back_nobody_else_does(database: Path) -> None:
    """The other process has the lock of the folder, as `write_back` takes it; its end releases it, however it ends."""
    holds = (
        "import sys; from idp.database import checkpoints\n"
        "with checkpoints._alone(sys.argv[1]) as alone: print(alone, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holds, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "True\n"
        executed = statements()
        write(checkpoints.ROWS)
        assert not [statement for statement in executed if "wal_checkpoint" in statement]
        driver = reading().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        assert not checkpoints.cut(driver, str(database))
        process.kill()
        process.wait()
    write(checkpoints.ROWS)
    assert [statement for statement in executed if "wal_checkpoint" in statement]


def test_two_threads_of_a_process_exclude_one_another(database: Path) -> None:
    with checkpoints._alone(str(database)) as first, checkpoints._alone(str(database)) as second:
        assert first and not second
    folder = os.open(database.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(folder)


def test_a_busy_database_fails_no_act(database: Path) -> None:
    """The write lock is another connection's when the checkpoint wants its page: the act before stays done."""
    write(checkpoints.ROWS - 1)
    reading().execute(text("PRAGMA busy_timeout=0"))
    with sqlite3.connect(database, isolation_level=None) as beside:
        driver = reading().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(
            lambda statement: (
                beside.execute("BEGIN IMMEDIATE") if statement == "PRAGMA user_version=0" else None
            )
        )
        write(1)
        driver.set_trace_callback(None)
        assert beside.in_transaction
        beside.execute("ROLLBACK")
    assert reading().execute(text("SELECT count(*) FROM generations")).scalar_one() >= checkpoints.ROWS


def test_the_last_connection_writes_everything_back(tmp_path: Path) -> None:
    path = tmp_path / "idp.sqlite3"
    app: Flask = create_app(settings_for(f"sqlite:///{path}"), Clock())
    with app.app_context():
        schema.migrate()
        write(10)
        close()
        db.engine.dispose()
    assert not Path(f"{path}-wal").exists()
