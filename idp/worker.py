"""The worker: delivers the outbox, purges expired rows, rotates keys.

A message is claimed by one conditional UPDATE, delivered, and marked. If a worker is killed in between, its
claim expires and the message is sent again: at least once, never lost.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from flask import Flask

from idp.answers.storage import kept_answers, sent_forms
from idp.audit import storage as records
from idp.console import approvals, bulk, letter_jobs, personal_data, trial_login
from idp.console.storage import numbers
from idp.database.engine import Connection, reading, transaction
from idp.database.faults import DATABASE_FAULTS
from idp.due_times import is_within
from idp.durations import DAY, HOUR
from idp.federation.storage import logins as federated_logins
from idp.imports import jobs as import_jobs
from idp.imports import lifecycle as import_record
from idp.imports.storage import imports
from idp.jobs import queue
from idp.jobs.storage import jobs
from idp.limits.storage import rate_limits, used_once
from idp.messages import mail, sms
from idp.messages.delivery import RefusedForGood, stored_error
from idp.messages.storage import outbox
from idp.oidc import signing
from idp.oidc.participants import notices, session_end
from idp.oidc.storage import clients
from idp.oidc.storage import purge as oidc_purge
from idp.people.storage import contact_changes, lifecycle
from idp.recovery import attempts, lookup, usernames
from idp.recovery.storage import attempts as recovery_identifications
from idp.runtime.context import settings
from idp.signin import new_device
from idp.signin.storage import purge as signin_purge

POLL = 0.5
HOUSEKEEPING = 60
AT_ONCE = 5
GRACE = 2.0
LETTERS_AT_ONCE = 500

DELIVERERS: dict[str, Callable[[outbox.Claimed, int], None]] = {
    "mail": mail.deliver,
    "sms": sms.deliver,
    "logout_notice": lambda claimed, now: notices.deliver(claimed.payload, now),
}
"""The deliverer of each kind of message; it raises if the receiver has not accepted the message."""

ACTS: dict[str, Callable[[Connection, dict[str, Any], int], None]] = {
    "door_closed": new_device.tell_sign_in_locked,
    "session_ended": session_end.tell_ended,
    attempts.ASKED: lookup.identify,
    usernames.ASKED: lookup.lost_username,
}
"""Acts of the worker itself, outside the HTTP request: in the transaction that marks the message, so exactly once."""

RUNNERS: dict[str, queue.Runner] = {
    import_record.CHECK: import_jobs.run_check,
    import_record.WRITE: import_jobs.run_write,
    letter_jobs.KIND: letter_jobs.run,
    bulk.KIND: bulk.run,
    trial_login.KIND: trial_login.run,
}
"""The runner of each kind of long work."""

PURGES: tuple[Callable[[Connection, int], int], ...] = (
    jobs.purge,
    lambda tx, now: imports.purge(tx, now, settings().imports.undo_hours * HOUR),
    lambda tx, now: records.purge(tx, now - settings().console.audit_days * DAY),
    numbers.count_logins,
    clients.note_uses,
    personal_data.retire,
    signin_purge.purge,
    contact_changes.purge,
    approvals.lapse,
    kept_answers.purge,
    sent_forms.purge,
    lambda tx, now: oidc_purge.purge(tx, now, settings().sessions.longest, settings().sessions.pending),
    recovery_identifications.purge,
    used_once.purge,
    rate_limits.purge,
    federated_logins.purge,
    outbox.purge,
)
"""Each deletes (or counts) a small batch and returns its number of rows."""

BATCH = 500
MOST_BATCHES = 200
"""Batches of a purge in one turn: more rows than anonymous visitors can write within the minute, but bounded."""

log = logging.getLogger("idp.worker")


class Worker:
    """One worker process. `run_until_told` returns at SIGTERM or SIGINT."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._clock: Callable[[], int] = app.extensions["clock"]
        self._stop = threading.Event()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery")
        self._under_way: dict[int, Future[None]] = {}
        self._long_work: Future[None] | None = None
        self._silent_since: int | None = None

    def run_until_told(self) -> None:
        """Work until a signal; a current delivery gets a moment to be marked, then the process ends."""
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: self._stop.set())
        self.run(self._stop)
        self._threads.shutdown(wait=False, cancel_futures=True)
        wait(self._under_way.values(), timeout=GRACE)
        # Otherwise an unresponsive server would hold the process until its timeout.
        os._exit(0)

    def run(self, stop: threading.Event) -> None:
        """Start due work twice a second, until `stop` is set."""
        last_housekeeping: int | None = None
        while not stop.is_set():
            self._guarded("handing out", self._hand_out)
            if self._long_work is None or self._long_work.done():
                self._long_work = self._threads.submit(self._guarded, "long work", self._work_on)
            moment = self._clock()
            if last_housekeeping is None or not is_within(moment, last_housekeeping, HOUSEKEEPING):
                last_housekeeping = moment
                self._guarded("housekeeping", housekeeping)
            stop.wait(POLL)

    def _work_on(self, _now: int) -> None:
        """One job at a time in each worker, on a thread of its own: mail delivery continues."""
        while not self._stop.is_set() and queue.run_next(RUNNERS, self._clock, self._stop.is_set):
            pass

    def _guarded(self, name: str, work: Callable[..., object], *arguments: int) -> None:
        """Catch exceptions of the worker: an unavailable database must not end it.

        A database fault is logged as one line a minute, because it recurs every turn; any other with its traceback.
        """
        with self._app.app_context():
            try:
                work(*arguments, self._clock())
            except DATABASE_FAULTS as fault:
                if self._silent_since is None or not is_within(
                    self._clock(), self._silent_since, HOUSEKEEPING
                ):
                    self._silent_since = self._clock()
                    log.error(
                        "%s: the database does not answer (%s); tried again and again", name, _line(fault)
                    )
            except Exception:
                log.exception("%s failed; tried again at its next turn", name)

    def _hand_out(self, now: int) -> None:
        self._under_way = {message: job for message, job in self._under_way.items() if not job.done()}
        for message in outbox.due(reading(), now):
            if message not in self._under_way:
                self._under_way[message] = self._threads.submit(
                    self._guarded, f"message {message}", deliver, message
                )


def deliver(message: int, now: int) -> bool:
    """Claim and deliver a message. Returns whether the receiver has accepted it."""
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
        final = isinstance(fault, RefusedForGood)
        log.warning(
            "message %d (%s), attempt %d: %s", claimed.id, claimed.kind, claimed.attempt, stored_error(fault)
        )
        with transaction() as tx:
            outbox.failed(tx, claimed, stored_error(fault), now, final)
        return False
    with transaction() as tx:
        outbox.delivered(tx, claimed.id, now)
    return True


def housekeeping(now: int) -> None:
    """Work of each minute: key rotation, expired letters, and every purge until it has caught up."""
    signing.ensure(now)
    with transaction(durable=False) as tx:
        lifecycle.expire_letters(tx, now, LETTERS_AT_ONCE)
    for purge in PURGES:
        for _ in range(MOST_BATCHES):
            with transaction(durable=False) as tx:
                gone = purge(tx, now)
            if gone < BATCH:
                break


def _line(fault: Exception) -> str:
    return str(fault).partition("\n")[0][:300]
