"""Deliveries: claim a message of the outbox, deliver it, mark it.

If a worker is killed in between, its claim expires and the message is sent again: at least once, never lost.
"""

import logging
from collections.abc import Callable
from typing import Any

from idp.database.engine import Connection, transaction
from idp.messages import mail, sms
from idp.messages.delivery import RefusedForGood, stored_error
from idp.messages.storage import outbox
from idp.observability import counting
from idp.oidc.participants import notices, session_end
from idp.recovery import attempts, lookup, usernames
from idp.signin import new_device

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

log = logging.getLogger("idp.worker")


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
            counting.delivery(claimed.kind, "delivered")
            return True
        DELIVERERS[claimed.kind](claimed, now)
    except Exception as fault:
        final = isinstance(fault, RefusedForGood)
        log.warning(
            "message %d (%s), attempt %d: %s", claimed.id, claimed.kind, claimed.attempt, stored_error(fault)
        )
        counting.delivery(claimed.kind, "given_up" if outbox.is_last(claimed, final) else "failed")
        with transaction() as tx:
            outbox.failed(tx, claimed, stored_error(fault), now, final)
        return False
    with transaction() as tx:
        outbox.delivered(tx, claimed.id, now)
    counting.delivery(claimed.kind, "delivered")
    return True
