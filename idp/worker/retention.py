"""Retention: which rows the worker deletes once nothing needs them. docs/data-protection.md names the rule beside each."""

from collections import Counter, deque
from collections.abc import Callable

from idp.answers.storage import kept_answers, sent_forms
from idp.audit.storage import chain
from idp.cas.storage import tickets as cas_tickets
from idp.console import approvals
from idp.durations import DAY, HOUR
from idp.federation.storage import logins as federated_logins
from idp.imports.storage import imports
from idp.jobs.storage import jobs
from idp.limits.storage import rate_limits, used_once
from idp.messages.storage import outbox
from idp.oidc.storage import purge as oidc
from idp.people.storage import contact_changes
from idp.privacy.storage import erasure_requests
from idp.recovery.storage import attempts as recovery_identifications
from idp.runtime.context import settings
from idp.services.storage import participants
from idp.signin.storage import purge as signin
from idp.turns.storage import tracks
from idp.worker.turns import Step, never, take_turns

STEPS: dict[str, Step] = {
    "jobs": jobs.purge,
    "imports": lambda tx, now, most: imports.purge(
        tx, now, settings().imports.undo_hours * HOUR, min(most, 20)
    ),
    "audit": lambda tx, now, most: chain.purge(tx, now - settings().console.audit_days * DAY, min(most, 500)),
    "known_devices": signin.known_devices,
    "mail_links": signin.mail_links,
    "throttles": signin.throttles,
    "network_attempts": signin.network_attempts,
    "sendings": signin.sendings,
    "sessions": signin.sessions,
    "contact_changes": contact_changes.purge,
    "erasure_requests": erasure_requests.purge,
    "approvals": approvals.lapse,
    "kept_answers": kept_answers.purge,
    "sent_forms": sent_forms.purge,
    "pushed_requests": lambda tx, now, most: oidc.pushed_requests(tx, now, most, settings().sessions.pending),
    "device_requests": oidc.device_requests,
    "access_tokens": oidc.access_tokens,
    "refresh_families": lambda tx, now, most: oidc.refresh_families(
        tx, now, most, settings().tokens.refresh_idle
    ),
    "grants": lambda tx, now, most: oidc.grants(tx, now, most, settings().sessions.longest),
    "identifications": recovery_identifications.purge,
    "used_once": used_once.purge,
    "rate_limits": rate_limits.purge,
    "place_budgets": tracks.purge,
    "federated_logins": federated_logins.purge,
    "cas_tickets": cas_tickets.purge,
    "participants": participants.purge,
    "outbox": outbox.purge,
}
"""The step of each kind of row. Refresh families come before grants, which their end concerns."""


def delete_expired(
    now: int,
    stopped: Callable[[], bool] = never,
    pause: Callable[[float], object] = lambda _: None,
    order: deque[str] | None = None,
) -> Counter[str]:
    """Delete until nothing is left that has expired at `now`, the tables in turn. Parameters as in `take_turns`."""
    return take_turns(STEPS, now, stopped, pause, order)
