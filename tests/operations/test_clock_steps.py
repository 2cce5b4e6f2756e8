"""A clock that was an hour ahead and is right again, or that is an hour late: nothing waits for it, and a key signs."""

import threading

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text, update

from idp.answers import sending
from idp.crypto.opaque_tokens import TokenDigest
from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.jobs.storage import jobs
from idp.limits.storage import used_once
from idp.messages.rules import retries
from idp.messages.storage import destinations, outbox
from idp.messages.storage.destinations import FailingDestination, Line
from idp.messages.storage.outbox import OutboxMessage
from idp.oidc import signing
from idp.refusals import Refusal
from idp.signin import authentication, mail_confirmation
from idp.signin.storage import sendings
from idp.worker import deliveries
from idp.worker.process import Worker
from tests.actors.due_messages import due
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import Someone, World
from tests.conftest import NOON, Clock, fresh_database
from tests.operations.installation import Installation, eventually

HOUR = 3600
AHEAD = NOON + HOUR


def post(now: int) -> int:
    with transaction() as tx:
        outbox.post(tx, "mail", {"to": "a@example.org"}, now)
    return int(reading().execute(text("SELECT max(id) FROM outbox")).scalar_one())


def claim(message: int, now: int) -> outbox.Claimed | None:
    with transaction() as tx:
        return outbox.claim(tx, message, now)


@pytest.mark.both_engines
class TestOutbox:
    def test_a_mail_that_was_posted_while_the_clock_was_ahead_leaves_at_once(self, world: World) -> None:
        message = post(AHEAD)
        assert destinations.due(reading(), NOON) == [Line("mail", False)]
        with transaction() as tx:
            assert [claimed.id for claimed in destinations.claim(tx, "mail", NOON, 9)] == [message]

    @pytest.mark.parametrize("refusals", range(1, retries.LAST_REFUSAL))
    def test_a_mail_that_was_put_off_waits_no_longer_than_its_refusals_allow(
        self, world: World, refusals: int
    ) -> None:
        message, pause = post(NOON), retries.longest_wait(refusals)
        for again, is_due in ((NOON, True), (NOON + pause, False), (NOON + pause + HOUR, True)):
            with transaction() as tx:
                values = {"attempts": refusals, "refusals": refusals, "next_attempt_at": again}
                tx.execute(update(OutboxMessage).values(values))
            deliveries.tend(NOON)
            assert due(NOON) == ([message] if is_due else [])

    @pytest.mark.parametrize("failures", range(1, retries.LAST_REFUSAL + 1))
    def test_a_try_that_was_put_off_waits_no_longer_than_the_failures_allow(
        self, world: World, failures: int
    ) -> None:
        post(NOON)
        pause = retries.pause_after(failures)
        for again, is_due in ((NOON, True), (NOON + pause, False), (NOON + pause + HOUR, True)):
            with transaction() as tx:
                destinations.fails(tx, "mail", "away", NOON, False)
                tx.execute(update(FailingDestination).values(failures=failures, next_try_at=again))
            assert destinations.due(reading(), NOON) == ([Line("mail", True)] if is_due else [])

    def test_a_delivery_under_way_is_not_taken_by_a_machine_that_is_a_little_late(self, world: World) -> None:
        message = post(NOON)
        assert claim(message, NOON) is not None
        deliveries.tend(NOON - 60)
        assert destinations.due(reading(), NOON - 60) == [] and claim(message, NOON - 60) is None

    def test_what_was_just_posted_is_not_called_late(self, world: World) -> None:
        message = post(NOON)
        assert destinations.late(reading(), NOON - 300) == []
        assert destinations.late(reading(), NOON) == [message]
        with transaction() as tx:
            destinations.fails(tx, "mail", "away", NOON, False)
        assert destinations.late(reading(), NOON) == [], "it waits for its destination, not for a worker"


def run_never(job: Job, now: int) -> Progress:
    raise AssertionError("another machine holds this job")


class TestJobs:
    @staticmethod
    def begun(now: int) -> int:
        with transaction() as tx:
            job = queue.ask(tx, "test", {}, "command", now)
            assert jobs.claim_next(tx, ["test"], False, "another worker", now, queue.LEASE) == job
        return job

    def test_a_lease_that_was_taken_while_the_clock_was_ahead_is_over(self, world: World) -> None:
        job, done = self.begun(AHEAD), []

        def run(job: Job, now: int) -> Progress:
            done.append(job.id)
            with transaction() as tx:
                return queue.advance(tx, job, Progress({}, 1, 1, over=True), now)

        assert queue.run_next({"test": run}, lambda: NOON, lambda: False)
        assert done == [job]

    def test_a_lease_of_a_machine_that_is_a_little_ahead_holds(self, world: World) -> None:
        self.begun(NOON + 60)
        assert not queue.run_next({"test": run_never}, lambda: NOON, lambda: False)


def test_the_workers_housekeeping_goes_on(app: Flask, contextless: World, clock: Clock) -> None:
    first, second = contextless.guardian(state="notified"), contextless.guardian("Anne", state="notified")

    def expires(someone: Someone) -> bool:
        return contextless.facts(someone).state == "expired"

    contextless.set_account(first, letter_expires_at=NOON)
    clock.advance(HOUR)
    worker, stop = Worker(app), threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    try:
        eventually(lambda: expires(first))
        clock.advance(-HOUR)
        contextless.set_account(second, letter_expires_at=NOON)
        eventually(lambda: expires(second))
    finally:
        stop.set()
        thread.join()


class TestSigningIn:
    def test_a_lock_that_was_set_while_the_clock_was_ahead_is_over(self, world: World) -> None:
        mother = world.guardian()
        day_ahead = NOON + 24 * HOUR
        for expected in ("S01",) * 5 + ("S02",):
            with pytest.raises(Refusal, match=expected):
                authentication.sign_in(mother.username, "wrong", "192.0.2.7", "", day_ahead)
        assert authentication.sign_in(mother.username, mother.password, "192.0.2.7", "", NOON).token

    def test_a_lock_of_a_machine_that_is_a_little_ahead_holds(self, world: World) -> None:
        mother = world.guardian()
        for _ in range(5):
            with pytest.raises(Refusal, match="S01"):
                authentication.sign_in(mother.username, "wrong", "192.0.2.7", "", NOON + 60)
        with pytest.raises(Refusal, match="S02"):
            authentication.sign_in(mother.username, mother.password, "192.0.2.7", "", NOON)

    def test_messages_of_an_hour_that_has_not_come_do_not_count(self, world: World) -> None:
        def taken(now: int) -> list[bool]:
            with transaction() as tx:
                return [sendings.take(tx, "somewhere", now, HOUR, 2) for _ in range(3)]

        assert taken(NOON + 24 * HOUR) == [True, True, False]
        assert taken(NOON) == [True, True, False]

    def test_mails_of_an_hour_that_has_not_come_do_not_count(self, world: World) -> None:
        mother = world.guardian()
        for _ in range(mail_confirmation.MAILS_AN_HOUR):
            mail_confirmation.change(world.facts(mother), "new@example.org", "fr", NOON + 24 * HOUR)
        with pytest.raises(Refusal, match="A07"):
            mail_confirmation.change(world.facts(mother), "new@example.org", "fr", NOON + 24 * HOUR)
        mail_confirmation.change(world.facts(mother), "new@example.org", "fr", NOON)

    def test_a_form_that_was_cut_off_is_called_so(self, world: World) -> None:
        name = sending.name_of("key", "account:1", "/account/mail")
        assert sending.claim(name, AHEAD)
        assert sending.look(name, AHEAD).state is sending.State.UNDER_WAY
        assert sending.look(name, NOON).state is sending.State.CUT_OFF

    def test_an_assertion_is_not_forgotten_while_it_may_come_again(self, world: World) -> None:
        with transaction() as tx:
            assert used_once.use(tx, TokenDigest("digest"), NOON + 60)
            used_once.purge(tx, AHEAD)
        with transaction() as tx:
            assert used_once.is_used(tx, TokenDigest("digest"))


class TestKeys:
    def test_a_key_signs_while_the_clock_is_late(self, app: Flask, contextless: World, clock: Clock) -> None:
        """The keys of these tests are a day old."""
        mother = contextless.guardian()
        registered = contextless.relying_party(accepted_profiles=["responsable"])
        clock.advance(-25 * HOUR)
        portal = RelyingParty(app, registered, signed_in_browser_of(contextless, mother))
        answer = portal.redeem(portal.code())
        assert answer.status_code == 200 and answer.get_json()["id_token"]
        keys = app.test_client().get("/jwks.json").get_json()["keys"]
        assert {key["alg"] for key in keys} >= {"ES256", "RS256"}
        with app.app_context():
            signing.ensure(clock())
            assert signing.rotate(None, "command", clock()) == [], "the next key signs already"

    def test_a_keyring_of_a_clock_that_was_ahead_is_made_anew(
        self, app: Flask, world: World, clock: Clock
    ) -> None:
        signing.rotate("ES256", "command", NOON)
        first = signing.keyring(clock()).signer("ES256").kid
        clock.advance(2 * HOUR)
        second = signing.keyring(clock()).signer("ES256").kid
        clock.advance(-2 * HOUR)
        assert first != second and signing.keyring(clock()).signer("ES256").kid == first


def signed_in_browser_of(world: World, someone: Someone):  # type: ignore[no-untyped-def]
    with world.app.app_context():
        return signed_in_browser(world, someone)


class TestDoctor:
    @pytest.fixture
    def url(self) -> str:
        return fresh_database("postgresql")

    @pytest.fixture
    def installation(self, url: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
        return Installation(tmp_path_factory.mktemp("installation"), url)

    def test_clocks_that_agree(self, installation: Installation) -> None:
        assert "ok     clocks" in installation.run("doctor").stdout

    @pytest.mark.parametrize(
        ("shift", "seen"),
        [
            ("+ interval '1 hour'", "s behind the database"),
            ("- interval '1 hour'", "s ahead of the database"),
        ],
    )
    def test_a_database_whose_clock_differs(
        self, installation: Installation, url: str, shift: str, seen: str
    ) -> None:
        """A schema that is looked into before PostgreSQL's own gives the server another clock."""
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
            name = connection.execute("SELECT current_database()").fetchone()
            assert name is not None
            connection.execute("CREATE SCHEMA another_clock")
            connection.execute(
                "CREATE FUNCTION another_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql"
                f" AS $$ SELECT pg_catalog.clock_timestamp() {shift} $$"
            )
            connection.execute(
                f"ALTER DATABASE {name[0]} SET search_path = another_clock, pg_catalog, public"
            )
        output = installation.run("doctor").stdout
        assert "WRONG  clocks" in output and seen in output and "NTP" in output, output
