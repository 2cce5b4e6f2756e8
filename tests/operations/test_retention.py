"""Retention: what has expired goes, however much it is; what is needed stays; nobody waits for it."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from idp.app import create_app
from idp.console import personal_data
from idp.database import schema
from idp.database.engine import Connection, close, db, reading, transaction
from idp.database.log_file import shorten_log
from idp.durations import DAY
from idp.oidc.storage.tables import AccessToken, Grant, RefreshFamily
from idp.worker.housekeeping import keep_going, work_of_a_minute
from idp.worker.pace import Pace
from idp.worker.retention import STEPS, delete_expired
from idp.worker.turns import take_turns
from tests.actors.expired_rows import FAMILY, GRANT, KINDS, Kind, Rows, count
from tests.actors.world import World
from tests.conftest import Clock, settings_for

MANY = 20_000


@pytest.fixture
def rows(world: World) -> Rows:
    return Rows(world)


TOKENS = next(kind for kind in KINDS if kind.step == "access_tokens")
FORMS = next(kind for kind in KINDS if kind.step == "sent_forms")


@pytest.mark.both_engines
def test_a_backlog_of_every_table_is_gone_after_one_call(rows: Rows) -> None:
    before = {kind.model: count(kind.model) for kind in (*KINDS, GRANT, FAMILY)}
    for kind in KINDS:
        rows.add(kind, MANY if kind is TOKENS else 700)
    rows.add_families(700)
    rows.add(GRANT, 2000)
    handled = delete_expired(rows.now)
    assert {model: count(model) for model in before} == before
    assert handled["grants"] == 2000 + 700 and handled["access_tokens"] == MANY


@pytest.mark.both_engines
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.model.__tablename__}-{kind.column}")
def test_a_row_goes_when_nothing_needs_it_and_not_a_second_before(rows: Rows, kind: Kind) -> None:
    before = count(kind.model)
    rows.add(kind, 2, age=1)
    rows.add(kind, 3, age=0)
    assert delete_expired(rows.now)[kind.step] == 2
    assert count(kind.model) == before + 3


def test_the_table_of_retention_names_every_step() -> None:
    page = (Path(__file__).parents[2] / "docs" / "data-protection.md").read_text(encoding="utf-8")
    table = page.partition("## Retention, by the worker")[2]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)) == sorted(STEPS)


def test_every_step_has_rows_in_these_tests() -> None:
    elsewhere = {"imports", "approvals", "audit", "grants", "refresh_families"}
    assert {kind.step for kind in KINDS} | elsewhere == STEPS.keys()


@pytest.mark.both_engines
def test_a_person_on_hold_and_their_records_stay(world: World, clock: Clock) -> None:
    held, marc = world.guardian(), world.guardian("Marc")
    personal_data.hold(world.facts(held), 900, "Requête", "test", clock())
    for someone in (held, marc):
        world.set_account(someone, present=False)
    clock.advance(400 * DAY)
    work_of_a_minute(clock())
    assert world.facts(marc).state == "closed" and world.facts(held).state == "active"


@pytest.mark.both_engines
def test_two_workers_share_a_backlog(app: Flask, rows: Rows) -> None:
    rows.add(TOKENS, 3000)
    rows.add_families(300)
    handled: list[Counter[str]] = []

    def work() -> None:
        with app.app_context():
            handled.append(delete_expired(rows.now))
            close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delete_expired(rows.now)
    assert sum((counts for counts in handled), Counter())["access_tokens"] == 3000
    assert (count(AccessToken), count(RefreshFamily), count(Grant)) == (0, 0, 1)


class Killed(BaseException):
    """Ends the worker where it stands."""


@pytest.mark.both_engines
def test_a_worker_killed_in_a_step_loses_that_step_alone(rows: Rows) -> None:
    rows.add(TOKENS, 100)
    turns = Counter[str]()

    def dies(tx: Connection, now: int, most: int) -> int:
        number = STEPS["access_tokens"](tx, now, 10)
        turns["step"] += 1
        if turns["step"] == 3:
            raise Killed
        return number

    with pytest.raises(Killed):
        take_turns({"access_tokens": dies}, rows.now)
    assert count(AccessToken) == 80
    assert delete_expired(rows.now)["access_tokens"] == 80


def test_a_worker_that_is_stopped_leaves_the_rest_of_a_backlog(rows: Rows) -> None:
    rows.add(TOKENS, 3000)
    rests: list[float] = []
    handled = delete_expired(rows.now, stopped=lambda: len(rests) == 2, pause=rests.append)
    assert len(rests) == 2 and handled["access_tokens"] < 3000
    assert delete_expired(rows.now)["access_tokens"] == 3000 - handled["access_tokens"]


def test_tables_take_turns_and_a_step_that_fails_stops_no_other(world: World) -> None:
    order: list[str] = []

    def step(name: str, turns: int) -> Callable[[Connection, int, int], int]:
        def work(_tx: Connection, _now: int, _most: int) -> int:
            order.append(name)
            if name == "broken":
                raise ValueError(name)
            return 1 if order.count(name) < turns else 0

        return work

    steps = {"large": step("large", 5), "broken": step("broken", 9), "small": step("small", 2)}
    take_turns(steps, 0)
    assert order == ["large", "broken", "small", "large", "small", "large", "large", "large"]


@pytest.mark.both_engines
def test_others_write_between_two_steps(app: Flask, rows: Rows) -> None:
    rows.add(TOKENS, 200)
    rows.add(FORMS, 200)
    written: list[int] = []

    def another_writes(_seconds: float) -> None:
        with db.engine.connect() as beside:
            if beside.dialect.name == "sqlite":
                beside.execute(text("PRAGMA busy_timeout=0"))
            beside.execute(text("UPDATE generations SET value = value + 1"))
            beside.commit()
        written.append(count(AccessToken))

    delete_expired(rows.now, pause=another_writes)
    assert any(0 < left < 200 for left in written) and written[-1] == 0


@contextmanager
def executed() -> Iterator[list[tuple[str, Any]]]:
    """Every statement of the block with its parameters."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        statements.append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


SMALL = ("imports", "import_files", "approvals", "audit", "SCAN batch")
"""Tables that have hundreds of rows, and the record of acts, which is read from its beginning."""


@pytest.mark.both_engines
def test_no_step_reads_a_table_from_end_to_end(rows: Rows) -> None:
    for kind in KINDS:
        rows.add(kind, 1)
    rows.add_families(1)
    with executed() as statements:
        delete_expired(rows.now)
    sqlite = reading().dialect.name == "sqlite"
    if not sqlite:
        reading().exec_driver_sql("SET enable_seqscan = off")
    for statement, parameters in statements:
        explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        plan = [str(row[-1]) for row in reading().exec_driver_sql(explain + statement, parameters)]
        whole = [
            line
            for line in plan
            if (
                "SCAN" in line.replace("SCAN CONSTANT ROW", "")
                if sqlite
                else "Seq Scan" in line or "Backward" in line
            )
        ]
        assert all(any(name in line for name in SMALL) for line in whole), (statement, plan)


@pytest.mark.parametrize(
    ("spent", "rows_after"), [(0.001, 200), (0.003, 100), (0.009, 100), (0.011, 50), (9.0, 50)]
)
def test_a_step_is_as_long_as_its_pace(spent: float, rows_after: int) -> None:
    assert Pace(least=10, most=640, seconds=0.005).rows_after(100, spent) == rows_after


def test_a_pace_has_ends() -> None:
    pace = Pace(least=10, most=640, seconds=0.005)
    assert (pace.rows_after(10, 1), pace.rows_after(500, 0)) == (10, 640)


def test_the_work_of_a_minute_is_done_while_a_backlog_is_left(rows: Rows, clock: Clock) -> None:
    rows.add(TOKENS, 3000)
    done: list[str] = []
    stop = threading.Event()

    def clock_that_runs() -> int:
        clock.advance(10)
        return clock()

    def guarded(name: str, work: Callable[..., object]) -> None:
        done.append(name)
        work()
        if count(AccessToken) < 3000:
            stop.set()

    keep_going(stop, clock_that_runs, guarded, pause=0)
    assert done[:4] == ["housekeeping", "retention", "the log of the database", "housekeeping"]
    assert done.count("retention") > 3, "each round goes on where the last was stopped"
    assert count(AccessToken) > 0


def test_the_log_of_sqlite_is_cut_once_nobody_reads(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'idp.sqlite3'}"), Clock())
    log = tmp_path / "idp.sqlite3-wal"
    with app.app_context():
        schema.migrate()
        with db.engine.connect() as reader:
            reader.execute(text("BEGIN"))
            reader.execute(text("SELECT value FROM generations")).all()
            with transaction() as tx:
                tx.execute(text("UPDATE generations SET value = value + 1"))
            assert not shorten_log(largest=0) and log.stat().st_size > 0
            reader.rollback()
        assert not shorten_log(largest=10**9), "it is short enough"
        assert shorten_log(largest=0) and log.stat().st_size == 0
        close()
        db.engine.dispose()
