"""What the worker and the academy's page read in steps gives what one reading would."""

import pytest

from idp.console.storage import erasure, numbers
from idp.database.engine import reading, transaction
from tests.actors.world import Someone, World
from tests.conftest import NOON

pytestmark = pytest.mark.both_engines


def _absent(world: World, updated_at: int) -> Someone:
    gone = world.pupil("Zoé", updated_at=updated_at, present=False)
    with transaction() as tx:
        erasure.erase(tx, gone.person, gone.account, NOON) if updated_at == 0 else tx.exec_driver_sql(
            f"UPDATE enrolments SET until = {updated_at} WHERE pupil_id = {gone.person}"
        )
    return gone


def test_people_who_are_long_gone_are_reached_past_those_who_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "STEP", 2)
    for updated_at in (0, NOON, 0, NOON, NOON):
        _absent(world, updated_at)
    gone = [_absent(world, 1000) for _ in range(3)]
    reached: list[tuple[int, int]] = []
    for _ in range(9):
        with transaction() as tx:
            batch = erasure.long_gone(tx, 2000, NOON, 1)
            assert len(batch) <= 1
            for person, account in batch:
                erasure.erase(tx, person, account, NOON)
            reached += batch
    assert reached == [(leaver.person, leaver.account) for leaver in gone]
    late = _absent(world, 1500)
    for _ in range(9):
        with transaction() as tx:
            reached += erasure.long_gone(tx, 2000, NOON, 1)
    assert (late.person, late.account) in reached


def test_a_page_of_schools_has_the_numbers_of_the_whole_list(world: World) -> None:
    second_school = world.school("0990002P", "Collège des Chênes")
    for state, school in (("active", None), ("notified", None), ("active", second_school)):
        world.pupil(state=state, school=school)
    every = numbers.of_every_school(reading())
    assert [(row.name, row.accounts, row.active) for row in every] == [
        ("Collège des Chênes", 1, 1),
        ("Collège des Tilleuls", 2, 1),
    ]
    for row in every:
        assert numbers.by_school(reading(), [row.id]) == [row]
