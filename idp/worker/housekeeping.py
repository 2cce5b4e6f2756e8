"""Housekeeping, on a thread of its own: the work of each minute, and retention in between."""

import threading
from collections import deque
from collections.abc import Callable

from idp.console import personal_data
from idp.console.storage import login_counts
from idp.database import statistics
from idp.database.engine import close, transaction
from idp.database.log_file import shorten_log
from idp.due_times import is_within
from idp.oidc import signing
from idp.oidc.storage import clients
from idp.people.storage import lifecycle
from idp.saml import certificates, refreshing
from idp.upstream_saml import metadata as upstream_metadata
from idp.worker import deliveries, retention
from idp.worker.turns import Step, never, take_turns

MINUTE = 60
PAUSE = 5.0
"""Seconds between two rounds of retention: what expires meanwhile is small against what lives."""

Guarded = Callable[..., None]
"""(name, work): calls `work()` and logs what it raises."""


EACH_MINUTE: dict[str, Step] = {
    "letters": lifecycle.expire_letters,
    "logins": login_counts.count_logins,
    "services": login_counts.count_services,
    # Erasing a person takes twenty statements.
    "people": lambda tx, now, most: personal_data.retire(tx, now, min(most, 10)),
}


def housekeeping(now: int) -> None:
    """Everything that is due now, to its end."""
    work_of_a_minute(now)
    retention.delete_expired(now)


def work_of_a_minute(
    now: int,
    stopped: Callable[[], bool] = never,
    pause: Callable[[float], object] = lambda _: None,
) -> None:
    """Rotate keys, expire letters, count logins and uses of clients, erase people whom no school names any more."""
    signing.ensure(now)
    certificates.tend(now)
    with transaction(durable=False) as tx:
        clients.note_uses(tx, now)
    take_turns(EACH_MINUTE, now, stopped, pause)
    deliveries.tend(now)
    statistics.keep(now)
    # The last: it waits for a server of others.
    refreshing.refresh_due(now)
    upstream_metadata.refresh_due(now)


def keep_going(
    stop: threading.Event, clock: Callable[[], int], guarded: Guarded, pause: float = PAUSE
) -> None:
    """Run until `stop` is set. The work of a minute is not late while retention has a backlog."""
    last: int | None = None
    order = deque(retention.STEPS)

    def is_due() -> bool:
        return stop.is_set() or last is None or not is_within(clock(), last, MINUTE)

    while not stop.is_set():
        if is_due():
            last = clock()
            guarded("housekeeping", lambda: work_of_a_minute(clock(), stop.is_set, stop.wait))
        guarded("retention", lambda: retention.delete_expired(clock(), is_due, stop.wait, order))
        guarded("the log of the database", shorten_log)
        stop.wait(pause)
    guarded("the connection's end", close)
