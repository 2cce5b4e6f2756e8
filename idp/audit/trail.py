"""The audit trail: a row for each act. The worker seals the rows in batches, so that changed or missing rows are detected.

A row holds actor, act, subject, time and address, never a secret. It is written in the transaction of the act.
"""

import json
from typing import Any

from idp.audit.storage import records
from idp.database.engine import Connection
from idp.runtime.context import caller


def record(
    tx: Connection, now: int, act: str, actor: str, subject: str, address: str | None = None, **detail: Any
) -> None:
    """Record that `actor` did `act` to `subject` at `now` (epoch seconds), from `address` (None: the request's address)."""
    row = {
        "at": now,
        "act": act,
        "actor": actor,
        "subject": subject,
        "address": (address or caller() or "")[:45] or None,
        "detail": json.dumps(detail, sort_keys=True, ensure_ascii=False),
    }
    records.append(tx, row)
