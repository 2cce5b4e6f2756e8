"""Acts on messages that were given up, and on destinations that fail."""

from idp.audit import trail
from idp.console.storage import incidents as storage
from idp.database.engine import transaction
from idp.messages.storage import destinations


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
