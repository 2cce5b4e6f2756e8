"""Statements on incidents: messages given up, services that logout notices do not reach."""

import json
from collections import Counter

from sqlalchemy import Connection, exists, select, update

from idp.console.rules.causes import NOTICES, Message
from idp.database import notifications
from idp.messages.storage import destinations
from idp.messages.storage.destinations import FailingDestination
from idp.messages.storage.outbox import OutboxMessage, unsettled


def lost_messages(connection: Connection, since: int, most: int = 100) -> list[Message]:
    """Messages posted after `since` that were given up or have been attempted three times, the newest first.

    Those that wait for a failing destination are not listed one by one.
    """
    # Ranges of ix_outbox_given_up_at and ix_outbox_lines.
    given_up = (OutboxMessage.given_up_at > 0, OutboxMessage.delivered_at.is_(None))
    fails = (
        unsettled,
        OutboxMessage.destination.in_(destinations.every(connection)),
        OutboxMessage.attempts >= 3,
        ~exists().where(FailingDestination.destination == OutboxMessage.destination),
    )
    rows = [
        row
        for conditions in (given_up, fails)
        for row in connection.execute(
            select(OutboxMessage.__table__)
            .where(OutboxMessage.created_at > since, OutboxMessage.last_error.is_not(None), *conditions)
            # A sum: along the key a planner would pass every message.
            .order_by((OutboxMessage.id + 0).desc())
            .limit(most)
        ).mappings()
    ]
    rows = sorted(rows, key=lambda row: -row["id"])[:most]
    return [
        Message(
            row["id"],
            row["kind"],
            row["destination"],
            _to(row["payload"]),
            row["last_error"] or "",
            row["attempts"],
            row["created_at"],
            row["given_up_at"] is not None,
        )
        for row in rows
    ]


def unreachable_for_logout(connection: Connection) -> dict[str, int]:
    """client_id → how many of its logout notices were given up and are still on record."""
    rows = connection.execute(
        select(OutboxMessage.payload).where(
            # A range of the index of such messages.
            OutboxMessage.given_up_at > 0,
            OutboxMessage.kind.in_(sorted(NOTICES)),
        )
    )
    return dict(Counter(json.loads(row.payload).get("client_id", "") for row in rows))


def send_again(tx: Connection, message: int, now: int) -> bool:
    """Deliver a message that was given up, anew: its destination is taken to answer."""
    statement = (
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message,
            OutboxMessage.given_up_at.is_not(None),
            OutboxMessage.delivered_at.is_(None),
        )
        .values(given_up_at=None, attempts=0, refusals=0, next_attempt_at=0)
        .returning(OutboxMessage.destination)
    )
    destination = tx.execute(statement).scalar_one_or_none()
    if destination is None:
        return False
    destinations.answers(tx, destination, now)
    notifications.send(tx, notifications.MESSAGES)
    return True


def _to(payload: str) -> str:
    facts = json.loads(payload)
    return str(facts.get("to") or facts.get("client_id") or "")
