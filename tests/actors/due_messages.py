"""Which messages of the outbox are due, whatever their destination: read from the table, the oldest first."""

from sqlalchemy import select

from idp.database.engine import reading
from idp.messages.storage.outbox import OutboxMessage, unsettled


def due(now: int) -> list[int]:
    """Ids of due messages."""
    rows = select(OutboxMessage.id).where(unsettled, OutboxMessage.next_attempt_at <= now)
    return list(reading().execute(rows.order_by(OutboxMessage.id)).scalars())
