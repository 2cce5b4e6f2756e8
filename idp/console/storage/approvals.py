"""Statements on acts that wait for a second pair of eyes."""

import json
from typing import Any

from sqlalchemy import Connection, insert, select, update

from idp.console.storage.tables import Approval


def ask(tx: Connection, row: dict[str, Any]) -> int:
    return int(tx.execute(insert(Approval).values(row).returning(Approval.id)).scalar_one())


def find(connection: Connection, number: int) -> dict[str, Any] | None:
    row = connection.execute(select(Approval.__table__).where(Approval.id == number)).mappings().one_or_none()
    return {**row, "payload": json.loads(row["payload"])} if row else None


def listed(connection: Connection, most: int = 50) -> list[dict[str, Any]]:
    """The newest first, those that wait before all others."""
    statement = select(Approval.__table__).order_by(Approval.state != "asked", Approval.id.desc()).limit(most)
    return [dict(row) for row in connection.execute(statement).mappings()]


def lapse(tx: Connection, asked_until: int, most: int) -> int:
    """Mark a small batch of those that were asked at `asked_until` or before, and wait still; how many."""
    waiting = (
        select(Approval.id).where(Approval.state == "asked", Approval.asked_at <= asked_until).limit(most)
    )
    statement = update(Approval).where(Approval.id.in_(waiting)).values(state="lapsed")
    return tx.execute(statement).rowcount


def decide(tx: Connection, number: int, state: str, decider: str, now: int) -> bool:
    """True for the one who answers first, and never for who had asked."""
    statement = (
        update(Approval)
        .where(Approval.id == number, Approval.state == "asked", Approval.asked_by != decider)
        .values(state=state, decided_by=decider, decided_at=now)
    )
    return tx.execute(statement).rowcount == 1
