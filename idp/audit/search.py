"""Search of the audit trail, for a page or a command."""

from idp.audit.storage import records
from idp.audit.storage.records import Event, Filters, Findings
from idp.database.engine import reading

__all__ = ["Event", "Filters", "Findings", "search", "search_to_the_end"]


def search(filters: Filters, before: int | None, most: int) -> Findings:
    """The newest records that match all filters, with ids below `before`; it reads a bounded number of records."""
    return records.search(reading(), filters, before, most)


def search_to_the_end(filters: Filters, most: int) -> list[Event]:
    """The newest records that match all filters, however many records lie between them."""
    events: list[Event] = []
    before: int | None = None
    while len(events) < most:
        findings = search(filters, before, most - len(events))
        events += findings.events
        if findings.unread_below is None:
            break
        before = findings.unread_below
    return events
