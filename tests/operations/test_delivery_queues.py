"""The worker with its threads: no kind of message waits for another, and PostgreSQL wakes it."""

import contextlib
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from idp.database.engine import reading, transaction
from idp.messages.storage import outbox
from idp.messages.storage.outbox import OutboxMessage
from idp.network import outgoing_http
from tests.actors.notice_receiver import NoticeReceiver, notices
from tests.actors.running_worker import working
from tests.actors.world import World
from tests.conftest import Clock
from tests.operations.installation import Installation, PostOffice, eventually


def waiting(app: Flask) -> int:
    with app.app_context():
        count = select(func.count()).select_from(OutboxMessage).where(outbox.unsettled)
        return int(reading().execute(count).scalar_one())


@pytest.fixture
def silent() -> Iterator[list[NoticeReceiver]]:
    """Five relying parties that accept a notice and do not answer."""
    made = [NoticeReceiver().open() for _ in range(5)]
    for receiver in made:
        receiver.may_answer.clear()
    yield made
    for receiver in made:
        receiver.close()


@pytest.fixture
def live() -> Iterator[NoticeReceiver]:
    made = NoticeReceiver().open()
    yield made
    made.close()


def test_mail_and_other_services_do_not_wait_for_silent_ones(
    installation: Installation,
    post_office: PostOffice,
    silent: list[NoticeReceiver],
    live: NoticeReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the worker waits for all five at once, each of which has twenty notices, all else is delivered."""
    monkeypatch.setattr(outgoing_http, "PATIENCE", 120.0)
    clock = Clock()
    with installation.inside() as app:
        app.extensions["clock"] = clock
        world = World(app, clock)
        for receiver in silent:
            notices(world, receiver, 20)
        with working(app):
            eventually(lambda: all(receiver.asked for receiver in silent))
            installation.post_mail()
            notices(world, live, 25)
            eventually(lambda: post_office.taken and len(live.taken) == 25)
            assert [receiver.asked for receiver in silent] == [1] * 5, "one thread each"
            assert [receiver.taken for receiver in silent] == [[]] * 5
            for receiver in silent:
                receiver.may_answer.set()
            eventually(lambda: waiting(app) == 0)
    assert [len(receiver.taken) for receiver in silent] == [20] * 5


@pytest.mark.both_engines
def test_two_workers_deliver_each_notice_once(app: Flask, contextless: World, live: NoticeReceiver) -> None:
    with app.app_context():
        notices(contextless, live, 60)
    with working(app), working(app):
        eventually(lambda: waiting(app) == 0)
    assert len(live.taken) == len(set(live.taken)) == 60


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestANotification:
    """Nothing is polled for an hour: what arrives was notified of."""

    def test_wakes_the_worker(self, app: Flask, contextless: World, live: NoticeReceiver) -> None:
        with working(app, poll=3600):
            for number in (1, 2, 3):
                with app.app_context():
                    notices(contextless, live, 1)
                eventually(lambda number=number: len(live.taken) == number)

    def test_wakes_it_after_its_connection_was_lost(
        self, app: Flask, contextless: World, live: NoticeReceiver, database_url: str
    ) -> None:
        address = database_url.replace("+psycopg", "")
        listeners = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        with psycopg.connect(address, autocommit=True) as connection, working(app, poll=3600):
            first = eventually(lambda: connection.execute(listeners).fetchall())
            connection.execute(f"SELECT pg_terminate_backend(pid) FROM ({listeners}) AS them")
            eventually(lambda: connection.execute(listeners).fetchall() not in ([], first))
            for number in (1, 2):
                with app.app_context():
                    notices(contextless, live, 1)
                eventually(lambda number=number: len(live.taken) == number)

    def test_is_sent_at_the_commit(self, app: Flask, world: World, database_url: str) -> None:
        with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("LISTEN idp_messages")
            with transaction() as tx:
                outbox.post(tx, "mail", {}, world.clock())
                outbox.post(tx, "mail", {}, world.clock())
                assert list(connection.notifies(timeout=0)) == []
            assert len(list(connection.notifies(timeout=5, stop_after=1))) == 1
            with contextlib.suppress(RuntimeError), transaction() as tx:
                outbox.post(tx, "mail", {}, world.clock())
                raise RuntimeError
            reading().execute(text("SELECT pg_notify('idp_messages', 'last')"))
            assert [
                notification.payload for notification in connection.notifies(timeout=5, stop_after=1)
            ] == ["last"]
