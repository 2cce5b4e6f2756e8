"""Acts on messages that the outbox gave up."""

from idp.audit import trail
from idp.console.storage import incidents as storage
from idp.database.engine import transaction


def send_again(message: int, actor: str, now: int) -> bool:
    """Give a message that was given up another twelve attempts; False if it was not given up, or is delivered."""
    with transaction() as tx:
        again = storage.send_again(tx, message, now)
        if again:
            trail.record(tx, now, "message.again", actor, f"message:{message}")
    return again
