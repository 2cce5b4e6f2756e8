"""Lifetime of recorded attempts and sent messages: the counting code sets it, and the purge uses that time alone."""

import pytest
from flask import Flask

from idp.database.engine import reading, transaction
from idp.refusals import Refusal
from idp.signin.authentication import sign_in
from idp.signin.birth_date_check import check_birth_date
from idp.signin.storage import sendings, throttles
from idp.worker.retention import delete_expired
from tests.actors.world import World
from tests.conftest import Clock

DAY = 86400


def purge_all(clock: Clock) -> None:
    delete_expired(clock())


def test_wrong_birth_dates_are_remembered_for_a_year(world: World, clock: Clock) -> None:
    account = world.facts(world.pupil())
    for code in ("A02", "A02", "A03"):
        with pytest.raises(Refusal, match=code):
            check_birth_date(account, "1999-01-01", clock())
    for days in (2, 362):
        clock.advance(days * DAY)
        purge_all(clock)
        with pytest.raises(Refusal, match="A03"):
            check_birth_date(account, "2015-03-14", clock())
    clock.advance(366 * DAY)
    purge_all(clock)
    check_birth_date(account, "2015-03-14", clock())


@pytest.mark.settings(throttling={"first_lock": 3 * DAY, "longest_lock": 3 * DAY})
def test_a_lock_lasts_for_the_announced_time(world: World, clock: Clock) -> None:
    someone = world.guardian(username="c.durand")

    def attempt() -> str:
        with pytest.raises(Refusal) as refused:
            sign_in("c.durand", someone.password, "192.0.2.1", "", clock())
        return refused.value.code

    for _ in range(5):
        with pytest.raises(Refusal, match="S01"):
            sign_in("c.durand", "wrong", "192.0.2.1", "", clock())
    clock.advance(2 * DAY)
    purge_all(clock)
    assert attempt() == "S02"
    purge_all(clock)
    clock.advance(DAY - 1)
    purge_all(clock)
    assert attempt() == "S02"
    clock.advance(1)
    sign_in("c.durand", someone.password, "192.0.2.1", "", clock())


def test_sendings_are_counted_for_their_window_and_then_deleted(
    world: World, clock: Clock, app: Flask
) -> None:
    def take() -> bool:
        with transaction() as tx:
            return sendings.take(tx, "somewhere", clock(), 3 * DAY, 1)

    assert take() and not take()
    clock.advance(3 * DAY - 1)
    purge_all(clock)
    assert not take()
    clock.advance(1)
    assert take()


@pytest.mark.both_engines
def test_expired_rows_are_deleted(world: World, clock: Clock) -> None:
    with transaction() as tx:
        throttles.count_attempt(tx, "bucket", clock(), 100)
    assert throttles.failures(reading(), "bucket") == 1
    clock.advance(100)
    purge_all(clock)
    assert throttles.failures(reading(), "bucket") == 1
    clock.advance(1)
    purge_all(clock)
    assert throttles.failures(reading(), "bucket") == 0


def test_a_browser_is_known_as_long_as_its_cookie_lives(app: Flask) -> None:
    from idp.signin.storage.devices import REMEMBERED

    assert app.permanent_session_lifetime.total_seconds() == REMEMBERED
