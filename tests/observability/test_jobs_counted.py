"""Jobs are counted as they begin and end: by kind and outcome, with the time that they took."""

from collections.abc import Callable

import pytest

from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.observability import catalogue, counting
from tests.actors.world import World
from tests.conftest import NOON
from tests.observability.conftest import Shown

pytestmark = pytest.mark.both_engines
Step = Callable[[Job, int], Progress]


def over(job: Job, now: int) -> Progress:
    with transaction() as tx:
        return queue.advance(tx, job, Progress({}, 1, 1, over=True), now)


def goes_on(job: Job, now: int) -> Progress:
    with transaction() as tx:
        return queue.advance(tx, job, Progress({}, job.done + 1, 9), now)


def fails(job: Job, now: int) -> Progress:
    raise ValueError("the school is gone")


def is_cancelled_meanwhile(job: Job, now: int) -> Progress:
    queue.cancel(job.id, "account:1", now)
    return goes_on(job, now)


def ask(kind: str = "letters") -> None:
    with transaction() as tx:
        queue.ask(tx, kind, {}, "account:1", NOON)


def run(step: Step, kind: str = "letters", stop: Callable[[], bool] = lambda: False) -> bool:
    return queue.run_next({kind: step}, lambda: NOON, stop)


def test_each_end_of_a_job_is_counted_by_kind_and_outcome(world: World, shown: Shown) -> None:
    ask()
    assert run(over)
    ask("people.bulk")
    with pytest.raises(ValueError, match="gone"):
        run(fails, "people.bulk")
    ask()
    assert run(is_cancelled_meanwhile)
    samples = shown()
    ended = {
        ("letters", "done"): 1,
        ("people.bulk", "failed"): 1,
        ("letters", "cancelled"): 1,
    }
    for (kind, outcome), number in ended.items():
        assert samples.value("idp_jobs_ended_total", kind=kind, outcome=outcome) == number, (kind, outcome)
    assert samples.value("idp_jobs_ended_total") == samples.value("idp_jobs_started_total") == 3
    assert samples.value("idp_job_duration_seconds_count", kind="letters") == 2
    assert samples.value("idp_job_duration_seconds_bucket", kind="letters", le="+Inf") == 2


def test_a_job_that_goes_on_after_a_stop_counts_as_interrupted_and_begins_again(
    world: World, shown: Shown
) -> None:
    ask()
    steps = iter([False, True])
    assert run(goes_on, stop=lambda: next(steps))
    samples = shown()
    assert samples.value("idp_jobs_ended_total", kind="letters", outcome="interrupted") == 1
    assert reading().exec_driver_sql("SELECT done FROM jobs").scalar_one() == 1
    assert run(over)
    samples = shown()
    assert samples.value("idp_jobs_started_total", kind="letters") == 2
    assert samples.value("idp_jobs_ended_total", kind="letters", outcome="done") == 1


def test_nothing_is_counted_while_no_job_waits(world: World, shown: Shown) -> None:
    assert not run(over)
    assert shown().value("idp_jobs_started_total") == 0


def test_every_metric_that_is_counted_has_a_function_that_counts_it(counts: object, shown: Shown) -> None:
    """A metric of the catalogue that nothing counts would stay at nothing for ever."""
    counting.request(counting.Record("id", "oidc.token", "token_code"), "POST", 200, 0.01)
    counting.cut_off("503")
    counting.refused("R01", "SOME")
    with pytest.raises(ValueError, match="x"):
        counting.sign_ins("password")(_raises)()
    counting.hashing_waits(1)
    counting.hashing_runs(1)
    counting.hashing_refused("full")
    counting.hashed(0.1, 0.1)
    counting.places("slot", 3)
    counting.place_in_use("slot", 1)
    counting.delivery("mail", "delivered")
    counting.job_started("letters")
    counting.job_ended("letters", "done", 0.1)
    samples = shown()
    for metric in catalogue.COUNTED:
        name = metric.name + ("_count" if metric.kind == "histogram" else "")
        assert samples.value(name) > 0, metric.name


def _raises() -> None:
    raise ValueError("x")
