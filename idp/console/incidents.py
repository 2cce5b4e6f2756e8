"""Incidents: what fails now, and the acts on messages that were given up and on destinations that fail."""

from idp.audit import trail
from idp.console.rules import causes as rules
from idp.console.rules.causes import Cause, Silence
from idp.console.rules.work_words import reason
from idp.console.storage import incidents as storage
from idp.database.engine import reading, transaction
from idp.durations import DAY
from idp.jobs.storage import jobs
from idp.messages.storage import destinations
from idp.saml import refreshing

MONTH = 30 * DAY
WEEK = 7 * DAY


def listed(now: int) -> tuple[Cause, ...]:
    """What fails now, by cause. A job that was done later is no incident."""
    connection = reading()
    silences = [
        Silence(row.destination, row.failing_since, row.next_try_at, row.last_error, row.waiting)
        for row in destinations.failing(connection)
    ]
    return rules.causes(
        silences,
        storage.lost_messages(connection, now - MONTH),
        storage.unreachable_for_logout(connection),
        refreshing.last_faults(),
        [rules.read_job(row) for row in jobs.failed(connection, now - WEEK, 50)],
        lambda error: reason(error)[0],
    )


def unreachable_for_logout() -> dict[str, int]:
    """Client → number of logout notices that it did not receive."""
    return storage.unreachable_for_logout(reading())


def try_now(destination: str, actor: str, now: int) -> bool:
    """Try a failing destination at once, with one of its messages; False if it does not fail."""
    with transaction() as tx:
        fails = destinations.try_now(tx, destination, now)
        if fails:
            trail.record(tx, now, "destination.try", actor, f"destination:{destination}")
    return fails


def send_again(message: int, actor: str, now: int) -> bool:
    """Deliver a message that was given up, anew; False if it was not given up, or is delivered."""
    with transaction() as tx:
        again = storage.send_again(tx, message, now)
        if again:
            trail.record(tx, now, "message.again", actor, f"message:{message}")
    return again
