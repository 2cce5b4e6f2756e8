"""Jobs side by side: a long one holds up no short one, and a school has one long one at a time."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.jobs.storage import jobs
from idp.worker import long_work
from tests.actors.running_worker import working
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import NOON, Clock
from tests.operations.installation import eventually

LONG, SHORT = "import.check", "letters"


class Held:
    """Long steps that end when they may; which jobs have begun, and the most that ran at once for a school."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.may_end = threading.Event()

    def run(self, job: Job, now: int) -> Progress:
        self.begun.append(job.id)
        assert self.may_end.wait(120)
        return over(job, now)


def over(job: Job, now: int) -> Progress:
    with transaction() as tx:
        return queue.advance(tx, job, Progress({}, 1, 1, over=True), now)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    held = Held()
    monkeypatch.setitem(long_work.LONG, LONG, held.run)
    monkeypatch.setitem(long_work.SHORT, SHORT, over)
    yield held
    held.may_end.set()


def ask(app: Flask, kind: str, school: int | None) -> int:
    with app.app_context(), transaction() as tx:
        return queue.ask(tx, kind, {}, "account:1", NOON, school)


def state(app: Flask, job: int) -> str:
    with app.app_context():
        row = jobs.find(reading(), job)
        assert row is not None
        return str(row["state"])


def schools(world: World) -> tuple[int, int]:
    return world.school("0990001N"), world.school("0990002P")


def test_letters_of_a_school_are_made_during_the_imports_of_others(
    app: Flask, contextless: World, held: Held
) -> None:
    first, second = schools(contextless)
    long = [ask(app, LONG, school) for school in (first, first, second)]
    with working(app):
        eventually(lambda: len(held.begun) == 2)
        letters = [ask(app, SHORT, school) for school in (first, second, None)]
        eventually(lambda: {state(app, job) for job in letters} == {"done"})
        assert sorted(held.begun) == [long[0], long[2]] and state(app, long[1]) == "waiting"
        held.may_end.set()
        eventually(lambda: {state(app, job) for job in long} == {"done"})


@pytest.mark.settings(worker={"jobs": 1})
def test_a_worker_with_one_thread_runs_the_short_before_the_long(
    app: Flask, contextless: World, held: Held
) -> None:
    first, second = schools(contextless)
    held.may_end.set()
    done: list[str] = []
    for kind, school in ((LONG, first), (LONG, second), (SHORT, first), (SHORT, second)):
        ask(app, kind, school)
    jobs_of = {LONG: held.run, SHORT: over}

    def noting(kind: str) -> queue.Runner:
        def run(job: Job, now: int) -> Progress:
            done.append(kind)
            return jobs_of[kind](job, now)

        return run

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(long_work.LONG, LONG, noting(LONG))
        patch.setitem(long_work.SHORT, SHORT, noting(SHORT))
        with working(app):
            eventually(lambda: len(done) == 4)
    assert done == [SHORT, SHORT, LONG, LONG]


@pytest.mark.both_engines
class TestLongJobsOfOneSchool:
    def test_never_run_at_once_however_they_are_claimed(self, app: Flask, contextless: World) -> None:
        with app.app_context():
            first, second = schools(contextless)
        for school in (first, first, second, second):
            ask(app, LONG, school)

        def claim(number: int) -> int | None:
            with app.app_context():
                try:
                    with transaction() as tx:
                        return jobs.claim_next(tx, [LONG], True, str(number), NOON, queue.LEASE)
                except jobs.LostRace:
                    return None

        claimed = [job for job in at_once(app, claim, 16) if job is not None]
        while (claimed_job := claim(99)) is not None:
            claimed.append(claimed_job)
        assert sorted(claimed) == [1, 3]
        with app.app_context(), transaction() as tx:
            for number in range(100):
                jobs.end(tx, 1, str(number), "done", None, NOON)
        assert claim(100) == 2, "the first of this school is over"

    def test_of_a_killed_worker_goes_on_before_the_next(
        self, app: Flask, contextless: World, clock: Clock
    ) -> None:
        with app.app_context():
            first, _ = schools(contextless)
        ask(app, LONG, first)
        ask(app, LONG, first)
        done: list[int] = []

        def run(job: Job, now: int) -> Progress:
            done.append(job.id)
            return over(job, now)

        with app.app_context():
            with transaction() as tx:
                assert jobs.claim_next(tx, [LONG], True, "killed", NOON, queue.LEASE) == 1
            assert not queue.run_next({LONG: run}, clock, lambda: False, is_long=True)
            clock.advance(queue.LEASE)
            while queue.run_next({LONG: run}, clock, lambda: False, is_long=True):
                pass
        assert done == [1, 2]

    def test_short_ones_do_not_wait_for_them(self, app: Flask, contextless: World) -> None:
        with app.app_context():
            first, _ = schools(contextless)
        ask(app, LONG, first)
        ask(app, SHORT, first)
        with app.app_context():
            with transaction() as tx:
                assert jobs.claim_next(tx, [LONG], True, "one", NOON, queue.LEASE) == 1
            assert queue.run_next({SHORT: over}, lambda: NOON, lambda: False)
        assert state(app, 2) == "done"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_job_that_is_asked_for_wakes_the_worker(app: Flask, contextless: World, held: Held) -> None:
    with working(app, poll=3600):
        for _ in range(2):
            job = ask(app, SHORT, None)
            eventually(lambda job=job: state(app, job) == "done")
