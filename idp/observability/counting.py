"""Functions that count. Each does nothing while metrics are off (`idp.observability.recording`).

Labels are names of endpoints, refusals, kinds and registered clients: never a person, an address or typed text.
"""

import functools
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, TypeVar

from idp.observability import catalogue, recording
from idp.observability.requests import Record, present

P = ParamSpec("P")
R = TypeVar("R")

MOST_CLIENTS = 200
"""Clients with series of their own in a process; the others share the client `other`."""
_CLASSES = {1: "1xx", 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}

_clients: set[str] = set()


def request(record: Record, method: str, status: int, seconds: float) -> None:
    """A request with one of METHODS, or `other`, was answered with `status`, `seconds` after it had arrived."""
    if (recorder := recording.recorder) is None:
        return
    endpoint = record.endpoint or "none"
    status_class = _CLASSES.get(status // 100, "5xx")
    recorder.series(catalogue.REQUEST_SECONDS, method, endpoint, status_class).observe(seconds)
    if not endpoint.startswith("health."):
        recorder.series(catalogue.UNHASHED_SECONDS).observe(seconds - record.hashing)
    if record.step is not None:
        client = _bounded(record.client or "")
        recorder.series(catalogue.FLOW_STEPS, record.step, record.outcome_of(status), client).inc()


def cut_off(status: str) -> None:
    """A request was answered before it reached the application."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.CUT_OFF, status).inc()


def refused(code: str, name: str) -> None:
    """A refusal is shown, by its code and name; the request's record has it too."""
    if (record := present()) is not None:
        record.outcome = name
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.REFUSALS, code, name).inc()


def sign_ins(way: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of an act that signs a person in: its outcome is `ok`, the name of the refusal it raises, or `error`."""

    def counted(act: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(act)
        def call(*arguments: P.args, **more: P.kwargs) -> R:
            if recording.recorder is None:
                return act(*arguments, **more)
            with _SignIn(way):
                return act(*arguments, **more)

        return call

    return counted


class _SignIn:
    def __init__(self, way: str) -> None:
        self._way = way

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, _trace: TracebackType | None
    ) -> None:
        outcome = "ok" if kind is None else getattr(raised, "name", None) or "error"
        if (recorder := recording.recorder) is not None:
            recorder.series(catalogue.SIGN_INS, self._way, str(outcome)).inc()


def hashing_waits(change: int) -> None:
    """A login has joined (1) or left (-1) the queue of the hashing pool."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.HASHING_WAITING).inc(change)


def hashing_runs(change: int) -> None:
    """A hash has begun (1) or ended (-1)."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.HASHING_IN_USE).inc(change)


def hashing_refused(reason: str) -> None:
    """The hashing pool has refused a login: `full` or `slow`."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.HASHING_REFUSED, reason).inc()


def hashed(waited: float, ran: float) -> None:
    """A hash took `ran` seconds after `waited` seconds in the queue; the request's record has both."""
    if (record := present()) is not None:
        record.hashing += waited + ran
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.HASHING_SECONDS, "wait").observe(waited)
        recorder.series(catalogue.HASHING_SECONDS, "run").observe(ran)


def places(pool: str, number: int) -> None:
    """This process has `number` places of a pool."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.SLOTS, pool).set(number)
        recorder.series(catalogue.SLOTS_IN_USE, pool).set(0)


def place_in_use(pool: str, change: int) -> None:
    """A place of a pool was taken (1) or given back (-1)."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.SLOTS_IN_USE, pool).inc(change)


def delivery(kind: str, outcome: str) -> None:
    """An attempt to deliver a message of the outbox has ended."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.DELIVERIES, kind, outcome).inc()


def job_started(kind: str) -> None:
    """A worker begins a job, or goes on with one."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.JOBS_STARTED, kind).inc()


def job_ended(kind: str, outcome: str, seconds: float) -> None:
    """A job is over after `seconds` of this worker, or it was interrupted."""
    if (recorder := recording.recorder) is not None:
        recorder.series(catalogue.JOBS_ENDED, kind, outcome).inc()
        recorder.series(catalogue.JOB_SECONDS, kind).observe(seconds)


def forget_clients() -> None:
    """Begin anew with the clients that have series of their own."""
    _clients.clear()


def _bounded(client: str) -> str:
    if client in _clients or not client:
        return client
    if len(_clients) >= MOST_CLIENTS:
        return "other"
    _clients.add(client)
    return client
