"""Search of the audit trail, for a page, a file or a command."""

from collections.abc import Iterator

from idp.audit.storage import records
from idp.audit.storage.records import Event, Filters, Findings
from idp.database.engine import reading

__all__ = ["Event", "Filters", "Findings", "everything", "search"]

STEP = 1000
"""Records of a step."""


def search(filters: Filters, beyond: int | None, most: int, oldest_first: bool = False) -> Findings:
    """A page of the records that match all filters, beyond the id of the page before; it reads a bounded number of records."""
    return records.search(reading(), filters, beyond, most, oldest_first)


def everything(filters: Filters, most: int, oldest_first: bool = False) -> Iterator[Event]:
    """All records that match, `most` at most, read in steps."""
    beyond: int | None = None
    while most > 0:
        step = min(most, STEP)
        findings = search(filters, beyond, step, oldest_first)
        yield from findings.events
        most -= len(findings.events)
        if len(findings.events) == step:
            beyond = findings.events[-1].id
        elif findings.unread_beyond is not None:
            beyond = findings.unread_beyond
        else:
            return
