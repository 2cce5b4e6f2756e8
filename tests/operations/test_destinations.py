"""Deliveries by destination: one that fails waits with one try at a time, and holds up no other."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text, update

from idp.console import incidents
from idp.database.engine import reading, transaction
from idp.messages.rules import retries
from idp.messages.storage import destinations, outbox
from idp.messages.storage.destinations import Line
from idp.messages.storage.outbox import OutboxMessage
from idp.worker.deliveries import OpenConnections, deliver_batch, deliver_try, tend
from tests.actors.notice_receiver import NEVER, NoticeReceiver, notices
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import NOON, Clock

pytestmark = pytest.mark.both_engines


@pytest.fixture
def receiver() -> Iterator[NoticeReceiver]:
    made = NoticeReceiver()
    yield made
    made.close()


@pytest.fixture
def live() -> Iterator[NoticeReceiver]:
    made = NoticeReceiver().open()
    yield made
    made.close()


@pytest.fixture
def connections() -> Iterator[OpenConnections]:
    made = OpenConnections()
    yield made
    made.close()


def turn(clock: Clock, connections: OpenConnections) -> list[str]:
    """One batch or try of each destination that is due; their names."""
    lines = destinations.due(reading(), clock())
    for line in lines:
        if line.is_failing:
            deliver_try(line.destination, connections, clock)
        else:
            deliver_batch(line.destination, connections, clock, NEVER)
    return [line.destination for line in lines]


def count(*conditions: Any) -> int:
    return int(
        reading().execute(select(func.count()).select_from(OutboxMessage).where(*conditions)).scalar_one()
    )


def waiting() -> int:
    return count(outbox.unsettled)


def test_the_others_of_a_dead_destination_wait_without_an_attempt(
    world: World, clock: Clock, receiver: NoticeReceiver, live: NoticeReceiver, connections: OpenConnections
) -> None:
    dead = notices(world, receiver, 15)
    notices(world, live, 3)
    assert dead in turn(clock, connections)
    assert len(live.taken) == 3 and count(OutboxMessage.attempts > 0, outbox.unsettled) == 1
    assert turn(clock, connections) == []
    clock.advance(retries.pause_after(1))
    assert turn(clock, connections) == [dead]
    # Another message tries each time: a message that the server cannot bear does not stand before the others.
    assert count(OutboxMessage.attempts == 1, outbox.unsettled) == 2
    notices(world, live, 2)
    turn(clock, connections)
    assert len(live.taken) == 5 and waiting() == 15


def test_the_pauses_grow_to_an_hour(
    world: World, clock: Clock, receiver: NoticeReceiver, connections: OpenConnections
) -> None:
    notices(world, receiver, 2)
    pauses = []
    for _ in range(13):
        assert len(turn(clock, connections)) == 1
        (failing,) = destinations.failing(reading())
        pauses.append(failing.next_try_at - clock())
        clock.advance(pauses[-1])
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    assert failing.failing_since == NOON and failing.waiting == 2 and failing.failures == 13


def test_a_destination_that_answers_again_gets_all_that_waits(
    world: World, clock: Clock, receiver: NoticeReceiver, connections: OpenConnections
) -> None:
    notices(world, receiver, 12)
    for _ in range(4):
        turn(clock, connections)
        clock.advance(retries.LONGEST_PAUSE)
    receiver.open()
    assert len(turn(clock, connections)) == 1 and len(receiver.taken) == 1
    while turn(clock, connections):
        pass
    assert len(set(receiver.taken)) == 12 and waiting() == 0 and destinations.failing(reading()) == []


@pytest.mark.parametrize(("status", "fails"), [(400, False), (404, True), (500, True), (302, True)])
def test_an_answer_about_one_notice_is_none_about_its_service(
    world: World,
    clock: Clock,
    live: NoticeReceiver,
    connections: OpenConnections,
    status: int,
    fails: bool,
) -> None:
    live.status = status
    notices(world, live, 3)
    turn(clock, connections)
    assert live.asked == (1 if fails else 3) and bool(destinations.failing(reading())) is fails
    live.status = 200
    clock.advance(retries.pause_after(1))
    while turn(clock, connections):
        pass
    assert len(live.taken) == 3


def test_a_message_is_given_up_at_its_twelfth_refusal(
    world: World, clock: Clock, live: NoticeReceiver, connections: OpenConnections
) -> None:
    live.status = 400
    notices(world, live, 1)
    for _ in range(retries.LAST_REFUSAL):
        assert waiting() == 1
        turn(clock, connections)
        clock.advance(retries.LONGEST_PAUSE)
    assert waiting() == 0 and live.asked == retries.LAST_REFUSAL


def test_notices_are_given_up_after_a_day_at_a_dead_service_and_not_by_a_clock_that_jumps(
    world: World, clock: Clock, receiver: NoticeReceiver, connections: OpenConnections
) -> None:
    notices(world, receiver, 3)
    turn(clock, connections)
    tend(NOON + 10 * retries.life("https://service.example"))
    assert waiting() == 3, "one failure shows nothing"
    for _ in range(retries.PATIENCE_IN_FAILURES):
        clock.advance(retries.LONGEST_PAUSE)
        turn(clock, connections)
    tend(NOON + retries.life("https://service.example"))
    assert waiting() == 3
    tend(NOON + retries.life("https://service.example") + 1)
    assert waiting() == 0 and count(OutboxMessage.given_up_at.is_not(None)) == 3
    tend(NOON + 2 * retries.life("https://service.example"))
    assert destinations.failing(reading()) == [], "nothing waits for it"


def test_a_try_whose_worker_was_killed_is_made_again_after_its_claim(
    world: World, clock: Clock, live: NoticeReceiver, connections: OpenConnections
) -> None:
    name = notices(world, live, 2)
    with transaction() as tx:
        destinations.fails(tx, name, "away", NOON, False)
    clock.advance(retries.pause_after(1))
    with transaction() as tx:
        assert destinations.claim_try(tx, name, clock()) is not None
    assert turn(clock, connections) == []
    clock.advance(retries.CLAIM)
    assert turn(clock, connections) == [name]
    turn(clock, connections)
    assert len(live.taken) == 2


def test_claims_of_a_killed_worker_end(
    world: World, clock: Clock, live: NoticeReceiver, connections: OpenConnections
) -> None:
    name = notices(world, live, 2)
    with transaction() as tx:
        assert len(destinations.claim(tx, name, clock(), 9)) == 2
    assert turn(clock, connections) == [] and live.taken == []
    clock.advance(retries.CLAIM)
    assert turn(clock, connections) == [name] and len(live.taken) == 2


def test_workers_at_once_share_the_messages_and_one_of_them_tries(app: Flask, contextless: World) -> None:
    with app.app_context(), transaction() as tx:
        for _ in range(30):
            outbox.post(tx, "mail", {"to": "a@example.org"}, NOON)

    def claims(_: int) -> list[int]:
        with app.app_context(), transaction() as tx:
            return [message.id for message in destinations.claim(tx, "mail", NOON, 3)]

    claimed = [message for batch in at_once(app, claims, 12) for message in batch]
    assert len(claimed) == len(set(claimed)) and claimed
    with app.app_context(), transaction() as tx:
        tx.execute(update(OutboxMessage).values(next_attempt_at=0))
        destinations.fails(tx, "mail", "away", NOON - 60, False)

    def tries(_: int) -> bool:
        with app.app_context(), transaction() as tx:
            return destinations.claim_try(tx, "mail", NOON) is not None

    assert sum(at_once(app, tries, 12)) == 1
    with app.app_context():
        assert claims(0) == []


def test_an_administrator_has_a_destination_tried_at_once(
    world: World, clock: Clock, receiver: NoticeReceiver, connections: OpenConnections
) -> None:
    name = notices(world, receiver, 1)
    for _ in range(5):
        turn(clock, connections)
        clock.advance(retries.LONGEST_PAUSE)
    turn(clock, connections)
    receiver.open()
    assert turn(clock, connections) == []
    assert incidents.try_now(name, "account:1", clock())
    assert turn(clock, connections) == [name] and len(receiver.taken) == 1
    assert not incidents.try_now(name, "account:1", clock()), "it does not fail any more"


def test_trying_now_makes_no_second_try_beside_the_first(
    world: World, clock: Clock, live: NoticeReceiver
) -> None:
    name = notices(world, live, 2)
    with transaction() as tx:
        destinations.fails(tx, name, "away", NOON - 60, False)
    with transaction() as tx:
        assert destinations.claim_try(tx, name, NOON) is not None
    assert incidents.try_now(name, "account:1", NOON)
    assert destinations.due(reading(), NOON) == []


def many(destination: str, rows: int) -> None:
    row = {"kind": "logout_notice", "destination": destination, "payload": "{}", "created_at": NOON}
    with transaction() as tx:
        tx.execute(
            insert(OutboxMessage), [{**row, "next_attempt_at": 0, "attempts": 0, "refusals": 0}] * rows
        )
        if tx.dialect.name == "postgresql":
            tx.execute(text("ANALYZE outbox"))


def test_the_messages_of_a_dead_destination_are_not_read_to_find_anothers(world: World) -> None:
    """SQLite counts the instructions of its machine, PostgreSQL the rows of each scan."""
    post = {"to": "a@example.org"}
    with transaction() as tx:
        outbox.post(tx, "mail", post, NOON)
        destinations.fails(tx, "https://dead.example", "away", NOON, False)
    many("https://dead.example", 50)
    few = effort()
    many("https://dead.example", 3000)
    assert effort() < 2 * few + 20


def effort() -> int:
    connection = reading()
    if connection.dialect.name == "sqlite":
        steps = []
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: steps.append(1), 10)
        try:
            assert destinations.due(connection, NOON) == [Line("mail", False)]
            with transaction() as tx:
                claimed = destinations.claim(tx, "mail", NOON, 10)
                assert len(claimed) == 1
                outbox.release(tx, [claimed[0].id], NOON)
        finally:
            driver.set_progress_handler(None, 0)
        return len(steps)
    assert destinations.due(connection, NOON) == [Line("mail", False)]
    statement = destinations._due_lines.params(now=NOON)
    literal = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {literal}")
    (plan,) = explained.scalar_one()
    return rows_read(plan["Plan"])


def rows_read(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") == "outbox":
        removed = node.get("Rows Removed by Filter", 0)
        own = int((node["Actual Rows"] + removed) * node["Actual Loops"])
    return own + sum(rows_read(child) for child in node.get("Plans", []))
