"""What is read of the database for metrics: right on both engines, bounded, by an index; and a database that is gone."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, make_url, text, update

from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.jobs.storage.tables import JobRow
from idp.messages.rules import retries
from idp.messages.storage import outbox, outbox_depth
from idp.messages.storage.outbox import OutboxMessage
from idp.monitoring import process
from idp.monitoring.exposition import Exposition
from idp.monitoring.readings import DatabaseReadings
from idp.settings import Settings
from idp.signin.storage.tables import Session
from tests.actors.due_messages import due
from tests.actors.world import World
from tests.conftest import Clock, settings_for
from tests.observability.conftest import Shown
from tests.observability.samples import Samples


@pytest.mark.both_engines
def test_the_numbers_of_the_database(world: World, clock: Clock, shown: Shown) -> None:
    with transaction() as tx:
        outbox.post(tx, "mail", {}, clock.now - 90)
        outbox.post(tx, "mail", {}, clock.now - 30)
        outbox.post(tx, "sms", {}, clock.now - 5)
        outbox.post(tx, "sms", {}, clock.now)
        gone = due(clock.now)
        tx.execute(update(OutboxMessage).where(OutboxMessage.kind == "sms").values(given_up_at=clock.now))
        queue.ask(tx, "letters", {}, "test", clock.now)
        queue.ask(tx, "letters", {}, "test", clock.now)
        tx.execute(
            update(JobRow)
            .where(JobRow.id == queue.ask(tx, "bulk", {}, "x", clock.now))
            .values(state="failed", finished_at=clock.now)
        )
    assert gone
    guardian = world.guardian()
    for _ in range(3):
        world.session(guardian)
    with transaction() as tx:
        over = reading().execute(text("SELECT digest FROM sessions LIMIT 1")).scalar()
        tx.execute(update(Session).where(Session.digest == over).values(ended_at=clock.now))
    samples = shown()
    assert samples.value("idp_database_up") == 1
    assert samples.value("idp_outbox_messages", kind="mail", destination=retries.MAIL) == 2
    assert samples.value("idp_outbox_oldest_age_seconds", kind="mail", destination=retries.MAIL) == 90
    assert samples.value("idp_outbox_messages", kind="sms", destination=retries.SMS) == 0
    assert samples.value("idp_outbox_given_up", kind="sms", destination=retries.SMS) == 2
    assert samples.value("idp_jobs", kind="letters", state="waiting") == 2
    assert samples.value("idp_jobs", kind="bulk", state="failed") == 1
    assert samples.value("idp_sessions_live") == 2
    assert samples.value("idp_signing_keys", alg="ES256", state="signing") == 1
    assert samples.value("idp_signing_key_age_seconds", alg="ES256") == 86_400
    clock.advance(2 * 3600)
    assert shown().value("idp_sessions_live") == 0


def test_a_deep_queue_is_counted_up_to_a_bound(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"kind": "mail", "payload": "{}", "created_at": 1, "next_attempt_at": 1, "attempts": 0}
    with transaction() as tx:
        tx.execute(insert(OutboxMessage), [row] * (outbox_depth.MOST + 7))
        (depth,) = outbox_depth.waiting(tx)
    assert depth.number == outbox_depth.MOST


@pytest.mark.parametrize("url", ["sqlite:////nowhere/gone.sqlite3", "postgresql+psycopg://x@127.0.0.1:1/idp"])
def test_a_database_that_is_gone_takes_no_other_number_away(url: str, counts: Path) -> None:
    from idp.observability import counting

    counting.delivery("mail", "failed")
    readings = DatabaseReadings(process.application(settings_for(url, database={"patience": 0.5})))
    samples = Samples(Exposition(counts, readings).text().decode())
    assert "idp_database_up 0.0" in samples.text
    assert samples.value("idp_deliveries_total", outcome="failed") == 1
    assert "idp_sessions_live " not in samples.text.replace("# HELP idp_sessions_live ", "").replace(
        "# TYPE idp_sessions_live ", ""
    )


def test_a_reading_is_used_again_for_some_seconds(app: Flask, settings: Settings, counts: Path) -> None:
    readings = DatabaseReadings(app)
    first = readings.latest()
    assert readings.latest() is first
    assert make_url(settings.database.url)
