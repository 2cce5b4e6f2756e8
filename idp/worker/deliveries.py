"""Deliveries: claim messages of a destination, deliver them, mark them.

If a worker is killed in between, its claims expire and the messages are sent again: at least once, never lost. A destination
that fails gets one message at a time (`idp/messages/rules/retries.py`).
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from idp.cas import notices as cas_notices
from idp.database.engine import Connection, transaction
from idp.messages import mail, sms
from idp.messages.delivery import DestinationFails, RefusedForGood, stored_error
from idp.messages.rules import retries
from idp.messages.rules.senders import Sender
from idp.messages.smtp import SmtpConnection
from idp.messages.storage import destinations, outbox
from idp.messages.storage.outbox import Claimed
from idp.network.kept_sessions import KeptSessions
from idp.observability import counting
from idp.oidc.participants import notices
from idp.people import offices
from idp.people.rules.mail_addresses import reply_address
from idp.recovery import attempts, lookup, usernames
from idp.saml import notices as saml_notices
from idp.services import session_end
from idp.signin import new_device

A_BATCH = 10
"""Messages of a claim: few enough that others are not kept waiting, and that a killed worker repeats few mails."""
SECONDS_OF_A_BATCH = 10.0
"""A slow server's claims are given back after this time, well before they end."""
UNMARKED = 1.0
"""Seconds after which what was delivered is marked, even in the middle of a batch: a kill repeats no more than that."""


class OpenConnections:
    """Connections to the mail server, to the SMS gateway and to relying parties. Used by one thread at a time."""

    def __init__(self) -> None:
        self.smtp = SmtpConnection()
        self.http = KeptSessions()

    def close(self, unused_since: float | None = None) -> None:
        """Close all connections, or those unused since the monotonic time `unused_since`."""
        self.smtp.close(unused_since)
        self.http.close(unused_since)


def _sender_of(claimed: Claimed) -> Sender:
    """The school of the account that a mail is about."""
    office = offices.of_account(claimed.payload.get("account"))
    return Sender(office.school, office.lines, reply_address(office.mail), office.uai)


DELIVERERS: dict[str, Callable[[Claimed, int, OpenConnections], None]] = {
    "mail": lambda claimed, now, connections: mail.deliver(
        claimed, now, connections.smtp, _sender_of(claimed)
    ),
    "sms": lambda claimed, now, connections: sms.deliver(claimed, now, connections.http),
    "saml_logout": lambda claimed, now, connections: saml_notices.deliver(
        claimed.payload, now, connections.http
    ),
    "logout_notice": lambda claimed, now, connections: notices.deliver(
        claimed.payload, now, connections.http
    ),
    "cas_logout": lambda claimed, now, connections: cas_notices.deliver(
        claimed.payload, now, connections.http
    ),
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


@dataclass
class Batch:
    """The outcome of a batch. `full`: more messages may be due; `claimed`: their number."""

    claimed: int = 0
    full: bool = False
    delivered: list[int] = field(default_factory=list)
    marked_at: float = field(default_factory=time.monotonic)


def deliver(message: int, now: int) -> bool:
    """Claim and deliver a message, whether its destination fails or not. Returns whether the receiver has accepted it."""
    with transaction() as tx:
        claimed = outbox.claim(tx, message, now)
        destination = outbox.destination_of(tx, message)
    if claimed is None:
        return False
    connections = OpenConnections()
    try:
        fault = _attempt(claimed, now, connections)
    finally:
        connections.close()
    _settle_try(destination, claimed, fault, now)
    return fault is None


def deliver_batch(
    destination: str,
    connections: OpenConnections,
    clock: Callable[[], int],
    stop: threading.Event,
) -> Batch:
    """Deliver some messages of a destination that answers; the first failure of the destination ends the batch."""
    with transaction(durable=False) as tx:
        claimed = destinations.claim(tx, destination, clock(), A_BATCH)
    batch, ends = Batch(len(claimed), len(claimed) == A_BATCH), time.monotonic() + SECONDS_OF_A_BATCH
    try:
        while claimed and not stop.is_set() and time.monotonic() < ends:
            message = claimed.pop(0)
            fault = _attempt(message, clock(), connections)
            if fault is None:
                if message.kind not in ACTS:
                    batch.delivered.append(message.id)
            else:
                _mark_fault(destination, message, fault, clock(), is_try=False)
                if isinstance(fault, DestinationFails):
                    batch.full = False
                    break
            if time.monotonic() - batch.marked_at > UNMARKED:
                _mark(batch, clock())
    finally:
        _mark(batch, clock(), [message.id for message in claimed])
    return batch


def deliver_try(destination: str, connections: OpenConnections, clock: Callable[[], int]) -> bool:
    """Try a failing destination with one message. Returns whether it answers again."""
    with transaction(durable=False) as tx:
        claimed = destinations.claim_try(tx, destination, clock())
    if claimed is None:
        return False
    fault = _attempt(claimed, clock(), connections)
    _settle_try(destination, claimed, fault, clock())
    return not isinstance(fault, DestinationFails)


def tend(now: int) -> None:
    """Work of each minute: what was put off by a clock that ran ahead is due, what is too old is given up."""
    with transaction(durable=False) as tx:
        for destination in destinations.every(tx):
            outbox.bring_forward(tx, destination, now)
        destinations.forget_idle(tx, now)
        failing = destinations.failing(tx)
    for failing_destination in failing:
        over = 1
        while retries.gives_up(failing_destination.failures) and over:
            with transaction() as tx:
                over = destinations.give_up(tx, failing_destination, now)


def _attempt(claimed: Claimed, now: int, connections: OpenConnections) -> Exception | None:
    """Deliver a claimed message; the fault, if there is one."""
    try:
        if act := ACTS.get(claimed.kind):
            with transaction() as tx:
                if outbox.delivered(tx, [claimed.id], now):
                    act(tx, claimed.payload, now)
        else:
            DELIVERERS[claimed.kind](claimed, now, connections)
    except Exception as fault:
        log.warning(
            "message %d (%s), attempt %d: %s", claimed.id, claimed.kind, claimed.attempt, stored_error(fault)
        )
        return fault
    counting.delivery(claimed.kind, "delivered")
    return None


def _settle_try(destination: str, claimed: Claimed, fault: Exception | None, now: int) -> None:
    if fault is not None:
        _mark_fault(destination, claimed, fault, now, is_try=True)
        return
    with transaction(durable=False) as tx:
        destinations.answers(tx, destination, now)
        outbox.delivered(tx, [claimed.id], now)


def _mark_fault(destination: str, claimed: Claimed, fault: Exception, now: int, is_try: bool) -> None:
    is_final = isinstance(fault, RefusedForGood)
    gives_up = not isinstance(fault, DestinationFails) and outbox.is_last(claimed, is_final)
    counting.delivery(claimed.kind, "given_up" if gives_up else "failed")
    with transaction() as tx:
        if isinstance(fault, DestinationFails):
            destinations.fails(tx, destination, stored_error(fault), now, is_try)
            outbox.put_back(tx, claimed, stored_error(fault), now)
            return
        if is_try:
            destinations.answers(tx, destination, now)
        outbox.refused(tx, claimed, stored_error(fault), now, is_final)


def _mark(batch: Batch, now: int, unclaimed: list[int] | None = None) -> None:
    """Mark what was delivered, and give the claims of `unclaimed` back. A power cut may undo it: then a delivery is repeated."""
    if batch.delivered or unclaimed:
        with transaction(durable=False) as tx:
            if batch.delivered:
                outbox.delivered(tx, batch.delivered, now)
            if unclaimed:
                outbox.release(tx, unclaimed, now)
    batch.delivered.clear()
    batch.marked_at = time.monotonic()
