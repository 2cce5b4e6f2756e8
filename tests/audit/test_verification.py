"""What was touched is named; what was not touched is not read twice."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from idp.audit import verification
from idp.audit.rules.seals import Link, Seal, canonical, hash_of, next_seal
from idp.audit.rules.verification import Kind
from idp.audit.storage import chain, seals
from idp.audit.storage.chain import purge
from idp.audit.storage.tables import AuditHead, AuditRecord, AuditSeal
from idp.database.engine import reading, transaction
from idp.durations import DAY
from tests.actors.world import World
from tests.audit.conftest import Write
from tests.conftest import NOON
from tests.recorded import statements

pytestmark = pytest.mark.both_engines


@pytest.fixture
def last(write: Write) -> int:
    """Three seals of five records; the number of the last one."""
    for _ in range(3):
        assert write(5) == 5
    return seals.head(reading()).last.number


def where(seal: int, position: int) -> Any:
    return (AuditRecord.seal == seal) & (AuditRecord.position == position)


def record(seal: int, position: int) -> int:
    return int(reading().execute(select(AuditRecord.id).where(where(seal, position))).scalar_one())


def change_a_record(tx: Connection, last: int) -> None:
    tx.execute(update(AuditRecord).where(where(last - 1, 2)).values(actor="somebody"))


def change_a_detail(tx: Connection, last: int) -> None:
    """Its JSON says the same; the text is another."""
    tx.execute(update(AuditRecord).where(where(last - 1, 2)).values(detail='{"thing":"né 2"}'))


def remove_a_record(tx: Connection, last: int) -> None:
    tx.execute(delete(AuditRecord).where(where(last - 1, 2)))


def unseal_a_record(tx: Connection, last: int) -> None:
    tx.execute(update(AuditRecord).where(where(last - 1, 2)).values(seal=None, position=None))


def insert_a_record(tx: Connection, last: int, seal: int | None = None) -> None:
    values = {"at": NOON, "act": "test", "actor": "a", "subject": "s", "detail": "{}"}
    tx.execute(insert(AuditRecord).values(**values, seal=seal or last - 1, position=5))


def insert_after_the_end(tx: Connection, last: int) -> None:
    insert_a_record(tx, last, last + 1)


def reorder(tx: Connection, last: int) -> None:
    for old, new in ((2, 77), (3, 2), (77, 3)):
        tx.execute(update(AuditRecord).where(where(last - 1, old)).values(position=new))


def change_a_seal(tx: Connection, last: int) -> None:
    tx.execute(update(AuditSeal).where(AuditSeal.number == last - 1).values(sealed_at=NOON - DAY))


def change_leaves(tx: Connection, last: int) -> None:
    tx.execute(update(AuditSeal).where(AuditSeal.number == last - 1).values(leaves=b"x" * 160))


def remove_a_seal(tx: Connection, last: int) -> None:
    tx.execute(delete(AuditSeal).where(AuditSeal.number == last - 1))


def insert_a_seal(tx: Connection, last: int) -> None:
    head = seals.head(tx).last
    seal = next_seal(head, [b"x" * 32], NOON)
    tx.execute(insert(AuditSeal).values(**vars(seal), mark="", leaves=b"x" * 32))


def cut_the_end(tx: Connection, last: int) -> None:
    tx.execute(delete(AuditRecord).where(AuditRecord.seal == last))
    tx.execute(delete(AuditSeal).where(AuditSeal.number == last))


def cut_the_beginning(tx: Connection, last: int) -> None:
    tx.execute(delete(AuditRecord).where(AuditRecord.seal < last))
    tx.execute(delete(AuditSeal).where(AuditSeal.number < last))


def recompute_everything(tx: Connection, last: int) -> None:
    """As somebody does who knows how the hashes are made, and not the master key."""
    change_a_record(tx, last)
    for number in (last - 1, last):
        rows = chain.rows_of(tx, number, number)[number]
        leaves = [placed.leaf for placed in chain.placed(rows)]
        before = tx.execute(select(AuditSeal.hash).where(AuditSeal.number == number - 1)).scalar_one()
        seal = next_seal(Link(number - 1, before), leaves, NOON)
        values = {**vars(seal), "leaves": b"".join(leaves)}
        tx.execute(update(AuditSeal).where(AuditSeal.number == number).values(**values))
    tx.execute(update(AuditHead).values(hash=seal.hash))


def move_the_beginning(tx: Connection, last: int) -> None:
    """As a purge does, without the mark."""
    cut_the_beginning(tx, last)
    stored = tx.execute(select(AuditSeal.previous).where(AuditSeal.number == last)).scalar_one()
    tx.execute(update(AuditHead).values(purged_number=last - 1, purged_hash=stored))


Damage = Callable[[Connection, int], None]
DAMAGES: list[tuple[Damage, list[tuple[Kind, int, int | None]]]] = [
    (change_a_record, [(Kind.RECORD_CHANGED, -1, 2)]),
    (change_a_detail, [(Kind.RECORD_CHANGED, -1, 2)]),
    (remove_a_record, [(Kind.RECORD_MISSING, -1, 2)]),
    (unseal_a_record, [(Kind.RECORD_MISSING, -1, 2)]),
    (insert_a_record, [(Kind.RECORD_INSERTED, -1, 5)]),
    (insert_after_the_end, [(Kind.RECORD_INSERTED, 1, 5)]),
    (reorder, [(Kind.RECORD_MOVED, -1, 2), (Kind.RECORD_MOVED, -1, 3)]),
    (change_a_seal, [(Kind.SEAL_CHANGED, -1, None)]),
    (change_leaves, [(Kind.SEAL_CHANGED, -1, None)]),
    (remove_a_seal, [(Kind.SEAL_MISSING, -1, None)]),
    (insert_a_seal, [(Kind.SEAL_INSERTED, 1, None)]),
    (cut_the_end, [(Kind.CUT_AT_THE_END, 0, None)]),
    (recompute_everything, [(Kind.SEAL_UNMARKED, -1, None), (Kind.SEAL_UNMARKED, 0, None)]),
    (move_the_beginning, [(Kind.SEAL_UNMARKED, -1, None)]),
]


@pytest.mark.parametrize(("damage", "expected"), DAMAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_what_was_touched_is_named(
    last: int, damage: Damage, expected: list[tuple[Kind, int, int | None]]
) -> None:
    with transaction() as tx:
        damage(tx, last)
    for everything in (False, True):
        faults = verification.verify(everything).faults
        assert [(fault.kind, fault.seal - last, fault.position) for fault in faults] == expected
    assert seals.head(reading()).verified.number == 0, "what does not hold is not verified"


def test_a_changed_record_is_named_by_its_id(last: int) -> None:
    with transaction() as tx:
        change_a_record(tx, last)
    (fault,) = verification.verify().faults
    assert fault.record == record(last - 1, 2)


def test_a_beginning_that_was_cut_off_is_named(last: int) -> None:
    with transaction() as tx:
        cut_the_beginning(tx, last)
    (fault,) = verification.verify().faults
    assert (fault.kind, fault.seal, fault.until) == (Kind.CUT_AT_THE_BEGINNING, 1, last - 1)


def test_a_verification_begins_after_the_last_verified_seal(last: int, write: Write) -> None:
    assert verification.verify().seals == last
    assert verification.verify().seals == 0
    write(4)
    report = verification.verify()
    assert (report.seals, report.records, report.faults) == (1, 4, ())
    assert verification.verify(everything=True).seals == last + 1


def test_what_was_verified_and_changed_later_shows_when_everything_is_verified(last: int) -> None:
    verification.verify()
    with transaction() as tx:
        change_a_record(tx, last)
    assert verification.verify().faults == ()
    (fault,) = verification.verify(everything=True).faults
    assert fault.kind == Kind.RECORD_CHANGED


def test_a_verified_seal_that_is_another_one_shows_at_once(last: int) -> None:
    verification.verify()
    with transaction() as tx:
        recompute_everything(tx, last)
    assert Kind.SEAL_UNMARKED in {fault.kind for fault in verification.verify().faults}


def test_a_verified_end_cannot_be_taken_back(last: int, write: Write) -> None:
    """The head of an earlier moment, as somebody puts it back who has seen it: all its marks are right."""
    before = reading().execute(select(AuditHead.number, AuditHead.hash)).one()
    write(2)
    verification.verify()
    with transaction() as tx:
        cut_the_end(tx, last + 1)
        tx.execute(update(AuditHead).values(number=before.number, hash=before.hash))
    for everything in (False, True):
        (fault,) = verification.verify(everything).faults
        assert (fault.kind, fault.seal) == (Kind.CUT_AT_THE_END, last + 1)


def test_a_verified_seal_of_another_hand_is_not_believed(last: int) -> None:
    with transaction() as tx:
        change_a_record(tx, last)
        row = tx.execute(select(AuditSeal).where(AuditSeal.number == last)).one()
        tx.execute(
            update(AuditHead).values(verified_number=last, verified_hash=row.hash, verified_mark=row.mark)
        )
    kinds = [fault.kind for fault in verification.verify().faults]
    assert kinds == [Kind.SEAL_UNMARKED, Kind.RECORD_CHANGED]


def test_records_that_are_not_sealed_are_counted(last: int, write: Write) -> None:
    write(3, at=NOON + 7, seal=False)
    report = verification.verify()
    assert (report.faults, report.unsealed, report.oldest) == ((), 3, NOON + 7)


def test_marks_of_a_master_key_that_is_gone_hold_as_far_as_they_were_verified(
    world: World, last: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keys.sealing import generate_master_key

    configured = world.app.extensions["settings"]
    new = generate_master_key()

    def use(master_key: str) -> None:
        secrets = configured.secrets.model_copy(update={"master_key": master_key})
        monkeypatch.setitem(
            world.app.extensions, "settings", configured.model_copy(update={"secrets": secrets})
        )

    use(new)
    report = verification.verify()
    assert report.faults == () and not report.holds
    use(f"{new},{configured.secrets.master_key}")
    write(1)
    assert verification.verify(everything=True).faults == ()
    use(new)
    write(1)
    assert verification.verify().faults == () == verification.verify(everything=True).faults


def test_the_record_is_purged_by_whole_seals_and_its_chain_still_holds(write: Write) -> None:
    for day in range(5):
        write(3, at=NOON + day * DAY)
    with transaction() as tx:
        first = purge(tx, NOON + 2 * DAY, 3)
    with transaction() as tx:
        last_purged = purge(tx, NOON + 2 * DAY)
    assert first >= 3 and first + last_purged >= 6
    remaining = reading().execute(select(AuditRecord.at)).scalars().all()
    assert min(remaining) == NOON + 2 * DAY and len(remaining) == 9
    assert verification.verify(everything=True).records == 9
    write(1, at=NOON + 9 * DAY)
    with transaction() as tx:
        assert purge(tx, NOON - DAY) == 0
    assert verification.verify().faults == () == verification.verify(everything=True).faults


def test_a_seal_with_one_young_record_stays_whole(write: Write) -> None:
    with transaction() as tx:
        purge(tx, NOON + DAY)
    write(2, at=NOON, seal=False)
    write(1, at=NOON + 9 * DAY)
    with transaction() as tx:
        assert purge(tx, NOON + 5 * DAY) == 0


def test_a_record_of_a_clock_that_was_ahead_does_not_stop_the_purge(write: Write) -> None:
    write(1, at=NOON + 900 * DAY, seal=False)
    write(1, at=NOON)
    with transaction() as tx:
        purge(tx, NOON + DAY)
    assert reading().execute(select(AuditRecord.id)).all() == []


def test_a_seal_whose_number_is_one_of_the_purged_shows(write: Write) -> None:
    with transaction() as tx:
        purge(tx, NOON + DAY)
    write(1)
    with transaction() as tx:
        leaf = canonical("x").ljust(32)
        made = Seal(1, 1, leaf.hex(), "", NOON, hash_of(1, 1, leaf.hex(), "", NOON))
        tx.execute(insert(AuditSeal).values(**vars(made), mark="", leaves=leaf))
    assert [(fault.kind, fault.seal) for fault in verification.verify().faults] == [(Kind.SEAL_INSERTED, 1)]


def test_what_is_purged_during_a_verification_is_no_fault(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = chain.batches

    def purged_meanwhile(stored: Any) -> Any:
        with transaction() as tx:
            purge(tx, NOON + DAY, 1)
        return listed(stored)

    monkeypatch.setattr(chain, "batches", purged_meanwhile)
    assert verification.verify().faults == ()


@pytest.mark.settings
def test_a_verification_without_news_costs_a_fixed_number_of_statements(world: World, last: int) -> None:
    if world.app.extensions["settings"].database.url.startswith("postgresql"):
        pytest.skip("SQLite's driver tells what it is asked")
    verification.verify()
    with statements(world.app) as executed:
        verification.verify()
    assert len(executed) <= 13, executed
