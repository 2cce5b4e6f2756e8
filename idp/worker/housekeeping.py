"""Work of each minute: key rotation, expired letters, and the deletion of expired rows."""

from collections.abc import Callable

from idp.answers.storage import kept_answers, sent_forms
from idp.audit import storage as records
from idp.console import approvals, personal_data
from idp.console.storage import numbers
from idp.database import statistics
from idp.database.engine import Connection, transaction
from idp.durations import DAY, HOUR
from idp.federation.storage import logins as federated_logins
from idp.imports.storage import imports
from idp.jobs.storage import jobs
from idp.limits.storage import rate_limits, used_once
from idp.messages.storage import outbox
from idp.oidc import signing
from idp.oidc.storage import clients
from idp.oidc.storage import purge as oidc_purge
from idp.people.storage import contact_changes, lifecycle
from idp.recovery.storage import attempts as recovery_identifications
from idp.runtime.context import settings
from idp.signin.storage import purge as signin_purge

LETTERS_AT_ONCE = 500

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


def housekeeping(now: int) -> None:
    """Do the work of a minute; every purge runs until it has caught up."""
    signing.ensure(now)
    with transaction(durable=False) as tx:
        lifecycle.expire_letters(tx, now, LETTERS_AT_ONCE)
    for purge in PURGES:
        for _ in range(MOST_BATCHES):
            with transaction(durable=False) as tx:
                gone = purge(tx, now)
            if gone < BATCH:
                break
    statistics.keep(now)
