"""Incidents: what fails now, and the acts on messages that were given up and on destinations that fail."""

from dataclasses import dataclass
from typing import Any

from idp.audit import trail
from idp.console.storage import incidents as storage
from idp.console.storage.incidents import Lost
from idp.database.engine import reading, transaction
from idp.durations import DAY
from idp.jobs.storage import jobs
from idp.messages.storage import destinations
from idp.messages.storage.destinations import Failing

MONTH = 30 * DAY


@dataclass(frozen=True)
class Incidents:
    """`lost`: messages of the last month. `unreachable`: client → logout notices that it did not receive. `jobs`: the newest."""

    failing: tuple[Failing, ...]
    lost: tuple[Lost, ...]
    unreachable: dict[str, int]
    jobs: tuple[dict[str, Any], ...]


def listed(now: int) -> Incidents:
    """What fails now, and the newest jobs."""
    connection = reading()
    return Incidents(
        tuple(destinations.failing(connection)),
        tuple(storage.lost_messages(connection, now - MONTH)),
        storage.unreachable_for_logout(connection),
        tuple(jobs.listed(connection, None, True, 30)),
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
