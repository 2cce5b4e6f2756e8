"""Export the audit trail; the export is itself on record."""

from collections.abc import Iterator

from idp.audit import storage as records
from idp.audit import trail
from idp.database.engine import reading, transaction


def export(since: int | None, until: int | None, actor: str, now: int) -> Iterator[str]:
    """Lines of JSON, the oldest first, of the acts from `since` to before `until` (epoch seconds; None: open)."""
    with transaction() as tx:
        trail.record(tx, now, "audit.exported", actor, "audit", since=since, until=until)
    return iter(records.lines(reading(), since, until))
