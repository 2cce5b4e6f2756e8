"""The worker: delivers the outbox, purges what has expired, rotates keys in time.

A message is claimed by one conditional UPDATE, delivered, and marked. A worker that is killed between the two leaves a
claim that ends by itself, and the message goes out again: at least once, never lost.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from flask import Flask
from sqlalchemy import Connection

from idp import audit
from idp.console import bulk, letter_jobs, personal_data, trial_login
from idp.console.storage import numbers
from idp.context import settings
from idp.database import reading, transaction
from idp.factors.storage import passkeys
from idp.federation.storage import logins as federated_logins
from idp.jobs import queue
from idp.jobs.storage import jobs
from idp.messages import mail, outbox, sms
from idp.oidc import logout, logout_notices, signing
from idp.oidc.storage import clients
from idp.oidc.storage import purge as oidc_purge
from idp.people import import_record
from idp.people.storage import import_rows, lifecycle
from idp.recovery import identifications, lookup, usernames
from idp.recovery.storage import identifications as recovery_identifications
from idp.signin import new_device
from idp.signin.storage import purge as signin_purge

POLL = 0.5
HOUSEKEEPING = 60
AT_ONCE = 5
GRACE = 2.0
HOUR = 3600
DAY = 24 * HOUR
LETTERS_AT_ONCE = 500

DELIVERERS: dict[str, Callable[[outbox.Claimed, int], None]] = {
    "mail": mail.deliver,
    "sms": sms.deliver,
    "logout_notice": lambda claimed, now: logout_notices.deliver(claimed.payload, now),
}
"""Who carries which kind of message; each raises when the outside has not accepted it."""

ACTS: dict[str, Callable[[Connection, dict[str, Any], int], None]] = {
    "door_closed": new_device.tell_door_closed,
    "session_ended": logout.tell_ended,
    identifications.ASKED: lookup.identify,
    usernames.ASKED: lookup.lost_username,
}
"""What the house does itself, out of sight of whoever asked: in the transaction that marks the message, so once."""

RUNNERS: dict[str, queue.Runner] = {
    import_record.CHECK: import_record.run_check,
    import_record.WRITE: import_record.run_write,
    letter_jobs.KIND: letter_jobs.run,
    bulk.KIND: bulk.run,
    trial_login.KIND: trial_login.run,
}
"""Who carries out which kind of long work."""

PURGES: tuple[Callable[[Connection, int], int], ...] = (
    jobs.purge,
    lambda tx, now: import_rows.purge(tx, now, settings().imports.undo_hours * HOUR),
    lambda tx, now: audit.purge(tx, now - settings().console.audit_days * DAY),
    numbers.count_logins,
    clients.note_uses,
    personal_data.retire,
    signin_purge.purge,
    oidc_purge.purge,
    recovery_identifications.purge,
    passkeys.purge,
    federated_logins.purge,
    outbox.purge,
)
"""Each deletes (or counts) one small batch and says how many rows it was."""

log = logging.getLogger("idp.worker")


class Worker:
    """One worker process. `run_until_told` returns at SIGTERM or SIGINT."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._clock: Callable[[], int] = app.extensions["clock"]
        self._stop = threading.Event()
        self._lanes = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery")
        self._under_way: dict[int, Future[None]] = {}
        self._long_work: Future[None] | None = None

    def run_until_told(self) -> None:
        """Work until a signal; a delivery under way gets a moment to be marked, then the process ends."""
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: self._stop.set())
        self.run(self._stop)
        self._lanes.shutdown(wait=False, cancel_futures=True)
        wait(self._under_way.values(), timeout=GRACE)
        # A server that does not answer would otherwise hold the process for as long as its timeout.
        os._exit(0)

    def run(self, stop: threading.Event) -> None:
        """Hand out what is due, twice a second, until `stop` is set."""
        housekeeping_due = 0
        while not stop.is_set():
            self._guarded("handing out", self._hand_out)
            if self._long_work is None or self._long_work.done():
                self._long_work = self._lanes.submit(self._guarded, "long work", self._work_on)
            if self._clock() >= housekeeping_due:
                self._guarded("housekeeping", housekeeping)
                housekeeping_due = self._clock() + HOUSEKEEPING
            stop.wait(POLL)

    def _work_on(self, _now: int) -> None:
        """One job at a time in each worker, in a lane of its own: mail goes on meanwhile."""
        while not self._stop.is_set() and queue.run_next(RUNNERS, self._clock, self._stop.is_set):
            pass

    def _guarded(self, name: str, work: Callable[..., object], *arguments: int) -> None:
        """The worker's one door for faults: a database that is away for a while must not end it."""
        with self._app.app_context():
            try:
                work(*arguments, self._clock())
            except Exception:
                log.exception("%s failed; tried again at its next turn", name)

    def _hand_out(self, now: int) -> None:
        self._under_way = {message: job for message, job in self._under_way.items() if not job.done()}
        for message in outbox.due(reading(), now):
            if message not in self._under_way:
                self._under_way[message] = self._lanes.submit(
                    self._guarded, f"message {message}", deliver, message
                )


def deliver(message: int, now: int) -> bool:
    """Claim one message and carry it out; whether the outside has accepted it."""
    with transaction() as tx:
        claimed = outbox.claim(tx, message, now)
    if claimed is None:
        return False
    try:
        if act := ACTS.get(claimed.kind):
            with transaction() as tx:
                if outbox.delivered(tx, claimed.id, now):
                    act(tx, claimed.payload, now)
            return True
        DELIVERERS[claimed.kind](claimed, now)
    except Exception as fault:
        final = isinstance(fault, outbox.RefusedForGood)
        log.warning(
            "message %d (%s), attempt %d: %s", claimed.id, claimed.kind, claimed.attempt, _in_short(fault)
        )
        with transaction() as tx:
            outbox.failed(tx, claimed, _in_short(fault), now, final)
        return False
    with transaction() as tx:
        outbox.delivered(tx, claimed.id, now)
    return True


def housekeeping(now: int) -> None:
    """What is due each minute: the keys' next steps, letters that have died, and one batch of each purge."""
    signing.ensure(now)
    with transaction(durable=False) as tx:
        lifecycle.expire_letters(tx, now, LETTERS_AT_ONCE)
    for purge in PURGES:
        with transaction(durable=False) as tx:
            purge(tx, now)


def _in_short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"
