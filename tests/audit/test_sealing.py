"""Records are sealed once each, by any of several sealers, when one dies, and in whatever order they are committed."""

import threading

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select, text

from idp.audit import sealing, trail, verification
from idp.audit.storage import seals
from idp.audit.storage.tables import AuditHead, AuditRecord, AuditSeal
from idp.database.engine import db, reading, transaction
from tests.actors.world import World
from tests.at_once import at_once
from tests.audit.conftest import Write
from tests.conftest import NOON

pytestmark = pytest.mark.both_engines


def seal_numbers() -> list[int]:
    return list(reading().execute(select(AuditSeal.number).order_by(AuditSeal.number)).scalars())


def test_records_wait_a_second_for_others_and_are_then_sealed(write: Write) -> None:
    before = seal_numbers()
    write(3, seal=False)
    assert sealing.seal_due(NOON) == 0 and seals.seal_lag(reading(), NOON + 5) == 5
    assert sealing.seal_due(NOON + 1) == 3 and seals.seal_lag(reading(), NOON + 5) == 0
    assert sealing.seal_due(NOON + 2) == 0
    assert len(seal_numbers()) == len(before) + 1
    assert verification.verify(everything=True).faults == ()


def test_a_record_of_a_clock_that_was_ahead_is_sealed(write: Write) -> None:
    write(1, at=NOON + 86400, seal=False)
    assert seals.seal_lag(reading(), NOON) == 0
    assert sealing.seal_due(NOON) == 1


def test_a_full_batch_waits_for_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(10, seal=False)
    assert sealing.seal_due(NOON) == 10
    counts = reading().execute(select(AuditSeal.count).order_by(AuditSeal.number.desc()).limit(3)).scalars()
    assert list(counts) == [2, 4, 4]
    assert verification.verify(everything=True).records >= 10


def test_sealers_at_once_seal_each_record_once(
    app: Flask, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    write(40, seal=False)
    before = len(seal_numbers())

    def seal(_number: int) -> int:
        with app.app_context():
            return sum(sealing.seal_all(NOON) for _ in range(3))

    sealed = sum(at_once(app, seal, 6)) + sealing.seal_all(NOON)
    assert sealed == 40 and len(seal_numbers()) - before == 6
    report = verification.verify(everything=True)
    assert (report.faults, report.unsealed) == ((), 0)


@pytest.mark.parametrize("at", ["UPDATE audit_head", "INSERT INTO audit_seals", "UPDATE audit SET"])
def test_a_sealer_that_dies_between_statements_has_changed_nothing(write: Write, at: str) -> None:
    from sqlalchemy import event

    def die(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(at):
            raise KeyboardInterrupt

    before = seal_numbers()
    write(3, seal=False)
    event.listen(db.engine, "before_cursor_execute", die)
    with pytest.raises(KeyboardInterrupt):
        sealing.seal_all(NOON)
    event.remove(db.engine, "before_cursor_execute", die)
    assert seal_numbers() == before and seals.unsealed_count(reading())[0] == 3
    assert sealing.seal_all(NOON) == 3 and verification.verify(everything=True).faults == ()


def test_a_head_that_has_moved_is_not_moved_again(write: Write) -> None:
    from idp.audit.rules.seals import next_seal

    last = seals.head(reading()).last
    write(2)
    with pytest.raises(RuntimeError), transaction() as tx:
        seals.put(tx, next_seal(last, [b"x" * 32], NOON), [(1, b"x" * 32)])
    assert verification.verify(everything=True).faults == ()


@pytest.fixture
def beside(database_url: str) -> Engine:
    """The database as another process has it open."""
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time: ids are committed in order")
    return create_engine(database_url)


def late_record(engine: Engine):
    connection = engine.connect()
    number = connection.execute(
        text(
            "INSERT INTO audit (at, act, actor, subject, detail)"
            f" VALUES ({NOON}, 'late', 'command', 'thing', '{{}}') RETURNING id"
        )
    ).scalar_one()
    return connection, number


def test_a_low_id_that_commits_late_is_sealed_later(write: Write, beside: Engine) -> None:
    connection, low = late_record(beside)
    assert write(3) == 3
    connection.commit()
    connection.close()
    beside.dispose()
    assert sealing.seal_all(NOON) == 1
    rows = dict(
        reading().execute(select(AuditRecord.id, AuditRecord.seal).where(AuditRecord.id >= low)).all()
    )
    assert rows[low] == rows[low + 1] + 1
    assert verification.verify().faults == () == verification.verify(everything=True).faults


def test_a_sealer_waits_for_no_other_one_and_no_act_for_a_sealer(write: Write, beside: Engine) -> None:
    with beside.connect() as connection:
        connection.execute(select(AuditHead.__table__).with_for_update())
        write(2, seal=False)
        assert sealing.seal_all(NOON) == 0
    beside.dispose()
    assert sealing.seal_all(NOON) == 2


def test_an_act_that_is_rolled_back_leaves_a_gap_and_no_fault(write: Write) -> None:
    def undone() -> None:
        with transaction() as tx:
            trail.record(tx, NOON, "test", "command", "thing")
            raise KeyError

    write(1)
    with pytest.raises(KeyError):
        undone()
    write(1)
    assert verification.verify(everything=True).faults == ()


def test_the_worker_seals(world: World, write: Write) -> None:
    from idp.worker.process import Worker

    write(1, at=NOON - 5, seal=False)
    stop = threading.Event()
    worker = Worker(world.app)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    while reading().execute(select(func.count()).where(AuditRecord.seal.is_(None))).scalar_one():
        assert thread.is_alive()
    stop.set()
    thread.join()
