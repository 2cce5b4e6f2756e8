"""The budgets of a network hold, attempt by attempt and at once, and no two people write the same row."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp.database.engine import reading, transaction
from idp.durations import HOUR
from idp.signin import rate_limits
from idp.signin.storage import purge
from idp.signin.storage.tables import NetworkAttempt, Throttle
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import NOON, Clock

pytestmark = [
    pytest.mark.both_engines,
    pytest.mark.settings(throttling={"per_address": 10, "per_network": 15, "failures": 100}),
]


def attempt(number: int, address: str = "203.0.113.7", now: int = NOON) -> rate_limits.Attempt:
    return rate_limits.record(f"user{number}", address, None, now)


def counted() -> int:
    return int(reading().execute(select(func.count()).select_from(NetworkAttempt)).scalar_one())


def test_an_address_has_its_budget_and_no_more(world: World) -> None:
    limited = [attempt(number).network_is_limited for number in range(12)]
    assert limited == [False] * 10 + [True] * 2
    assert attempt(20, now=NOON + HOUR - 1).network_is_limited
    assert not attempt(21, now=NOON + HOUR).network_is_limited


def test_a_network_has_its_budget_and_no_more(world: World) -> None:
    limited = [attempt(number, f"203.0.113.{number}").network_is_limited for number in range(17)]
    assert limited == [False] * 15 + [True] * 2
    assert not attempt(20, "203.0.114.1").network_is_limited


def test_an_attempt_counts_for_an_hour(world: World) -> None:
    for number in range(9):
        attempt(number)
    assert not attempt(9, now=NOON + HOUR).network_is_limited
    assert not attempt(10, now=NOON + HOUR).network_is_limited


def test_what_succeeds_or_is_not_checked_is_taken_back(world: World) -> None:
    for number in range(40):
        made = attempt(number)
        assert not made.network_is_limited
        if number % 2:
            rate_limits.refund(made)
        else:
            with transaction() as tx:
                rate_limits.succeeded(tx, made)
    assert counted() == 0


def test_an_attempt_without_an_account_is_taken_back_by_its_address(world: World) -> None:
    for _ in range(40):
        assert not rate_limits.network_is_limited("203.0.113.7", NOON)
        rate_limits.network_succeeded("203.0.113.7")
    assert counted() == 0
    assert [rate_limits.network_is_limited("203.0.113.7", NOON) for _ in range(11)] == [False] * 10 + [True]


def test_a_limited_network_leaves_no_rows(world: World) -> None:
    for number in range(40):
        attempt(number)
    assert counted() <= 22
    accounts = select(func.count()).where(Throttle.failures > 0)
    assert reading().execute(accounts).scalar_one() <= 10
    with transaction() as tx:
        purge.network_attempts(tx, NOON + HOUR, 100)
    assert counted() == 0


def test_of_many_at_once_no_more_pass_than_the_budget(app: Flask, clock: Clock) -> None:
    def once(number: int) -> bool:
        with app.app_context():
            return attempt(number).network_is_limited

    passed = at_once(app, once, 30).count(False)
    assert passed <= 10
    with app.app_context():
        assert attempt(99).network_is_limited


def test_of_fewer_at_once_than_the_budget_all_pass(app: Flask) -> None:
    def once(number: int) -> bool:
        with app.app_context():
            return attempt(number).network_is_limited

    assert at_once(app, once, 10) == [False] * 10
