"""Fifty people who sign in at the same time wait for no row of one another, by PostgreSQL's own log of waits."""

import re
import threading
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from bench.academy.lock_log import LockLog
from idp.signin import authentication
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import NOON
from tests.databases import lent

PEOPLE = 50


@pytest.fixture
def database_url() -> Iterator[str]:
    """SQLite has one writer at a time, whatever the rows."""
    with lent("postgresql") as url:
        yield url


@pytest.fixture
def lock_log(database_url: str) -> Iterator[LockLog]:
    log = LockLog(database_url)
    yield log
    log.close()


def test_a_wait_for_a_row_is_seen(lock_log: LockLog, database_url: str) -> None:
    """What finds no wait must be able to find one."""
    address = database_url.replace("+psycopg", "")
    with psycopg.connect(address) as first, psycopg.connect(address) as second:
        first.execute("UPDATE audit_head SET number = number")
        waiting = threading.Thread(target=second.execute, args=("UPDATE audit_head SET number = number",))
        waiting.start()
        lock_log.until("audit_head")
        first.rollback()
        waiting.join()
        second.rollback()
    assert set(re.findall(r'relation "(\w+)"', lock_log.read())) == {"audit_head"}


@pytest.mark.parametrize("school", [False, True], ids=["at home", "in one school"])
def test_fifty_logins_wait_for_no_row_of_one_another(
    app: Flask, outdoors: World, lock_log: LockLog, school: bool
) -> None:
    people = [outdoors.guardian(username=f"c.durand{number}") for number in range(PEOPLE)]

    def sign_in(number: int) -> None:
        address = "203.0.113.7" if school else f"203.{number}.113.7"
        with app.app_context():
            authentication.sign_in(people[number].username, people[number].password, address, "Firefox", NOON)

    at_once(app, sign_in, PEOPLE)
    assert lock_log.waits() == []


def test_fifty_people_at_the_pages_wait_for_no_row_of_one_another(
    app: Flask, outdoors: World, lock_log: LockLog
) -> None:
    people = [outdoors.guardian(username=f"c.durand{number}") for number in range(PEOPLE)]
    visitors = [Visitor(app) for _ in people]
    for number, visitor in enumerate(visitors):
        visitor.browser.environ_base["REMOTE_ADDR"] = f"203.{number}.113.7"
        visitor.opens("/account").fills(profile="responsable")

    def sign_in(number: int) -> int:
        person = people[number]
        return visitors[number].fills(username=person.username, password=person.password).status

    assert set(at_once(app, sign_in, PEOPLE)) == {200}
    assert all("/account" in visitor.path for visitor in visitors)
    assert lock_log.waits() == []
