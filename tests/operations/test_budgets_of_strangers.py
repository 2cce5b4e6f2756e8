"""The budgets of rows that anonymous visitors cause hold, row by row and at once, and nobody waits for a count."""

import ipaddress
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp.database.engine import reading, transaction
from idp.limits.storage import rate_limits
from idp.limits.storage.rate_limits import WINDOW, RateLimit
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import NOON
from tests.databases import lent

BUDGET = 10
HERE, NEIGHBOUR, ELSEWHERE = "203.0.113.7", "203.0.113.8", "203.0.114.7"

pytestmark = [
    pytest.mark.both_engines,
    pytest.mark.settings(throttling={"rows_per_address": BUDGET, "rows_per_client": 100}),
]


@pytest.fixture
def postgresql() -> Iterator[str]:
    """SQLite has one writer at a time: its transactions are never open side by side."""
    with lent("postgresql") as url:
        yield url


def take(address: str = HERE, kind: str = "sent form", now: int = NOON) -> bool:
    with transaction(durable=False) as tx:
        return rate_limits.take(tx, kind, address, now)


def counted() -> tuple[int, int]:
    """(rows of the table, their sum)."""
    row = reading().execute(select(func.count(), func.coalesce(func.sum(RateLimit.taken), 0))).one()
    return int(row[0]), int(row[1])


def test_an_address_has_its_budget_and_no_more(world: World) -> None:
    assert [take() for _ in range(BUDGET + 3)] == [True] * BUDGET + [False] * 3
    assert take(NEIGHBOUR) and take(ELSEWHERE) and take(kind="answer")


def test_a_network_has_ten_times_as_many(world: World) -> None:
    addresses = [str(ipaddress.ip_address(HERE) + number // 5) for number in range(11 * BUDGET)]
    assert [take(address) for address in addresses] == [True] * 10 * BUDGET + [False] * BUDGET
    assert take(ELSEWHERE)


def test_what_may_not_be_written_counts_for_neither(world: World) -> None:
    """Somebody who is beyond their own budget does not use up that of their neighbours."""
    for _ in range(30 * BUDGET):
        take()
    assert counted() == (2, 2 * BUDGET)
    assert all(take(NEIGHBOUR) for _ in range(BUDGET))


def test_a_budget_is_new_in_the_next_window(world: World) -> None:
    ends = (NOON // WINDOW + 1) * WINDOW
    assert [take(now=ends - 1) for _ in range(BUDGET + 1)][-1] is False
    assert take(now=ends)


def test_what_is_no_address_and_a_client_have_one_count(world: World) -> None:
    assert [take("unknown") for _ in range(BUDGET + 1)] == [True] * BUDGET + [False]
    with transaction() as tx:
        taken = [rate_limits.take_for_client(tx, "pushed", "portal", NOON) for _ in range(101)]
        assert taken == [True] * 100 + [False]
        assert rate_limits.take_for_client(tx, "pushed", "another", NOON)


def test_expired_counts_of_all_connections_go(app: Flask) -> None:
    def once(number: int) -> bool:
        with app.app_context():
            return take(now=NOON - WINDOW if number % 2 else NOON)

    at_once(app, once, 8)
    with app.app_context():
        before, _ = counted()
        with transaction() as tx:
            expired = rate_limits.purge(tx, NOON, most=1)
            assert expired == 1
            expired += rate_limits.purge(tx, NOON)
        after, total = counted()
        assert before - after == expired > 1
        assert total == 8, "four that are needed, for a network and for an address"


def test_of_many_at_once_all_are_counted(app: Flask) -> None:
    """None is lost, and those that come after them find the sum."""

    def once(number: int) -> bool:
        with app.app_context():
            return take()

    with app.app_context():
        passed = at_once(app, once, 3 * BUDGET).count(True)
        assert passed >= BUDGET
        assert counted()[1] == 2 * passed
        assert not take()
        if reading().dialect.name == "sqlite":
            assert passed == BUDGET


class TestTransactionsThatAreOpenSideBySide:
    @pytest.fixture
    def database_url(self, postgresql: str) -> str:
        return postgresql

    def test_they_do_not_wait_and_exceed_a_budget_by_their_number_less_one(self, app: Flask) -> None:
        """Three begin when one row is left: two too many, and no more once they are over."""
        began, end = threading.Barrier(4), threading.Event()
        taken: list[bool] = []

        def holds() -> None:
            with app.app_context():
                with transaction(durable=False) as tx:
                    taken.append(rate_limits.take(tx, "sent form", HERE, NOON))
                    began.wait(30)
                    end.wait(30)
                app.extensions["connections"].close()

        with app.app_context():
            assert all(take() for _ in range(BUDGET - 1))
            threads = [threading.Thread(target=holds) for _ in range(3)]
            for thread in threads:
                thread.start()
            began.wait(30)
            end.set()
            for thread in threads:
                thread.join()
            assert taken == [True] * 3
            assert not take()
            assert counted()[1] == 2 * (BUDGET + 2)
