"""Search of the audit trail, for a page or a command."""

from idp.audit.storage import records
from idp.audit.storage.records import Event
from idp.database.engine import reading


def search(
    act: str, actor: str, subject: str, since: int | None, until: int | None, before: int | None, most: int
) -> list[Event]:
    """The newest records that match all filters, with ids below `before`; `act` is a prefix. Times are epoch seconds."""
    return records.search(reading(), act, actor, subject, since, until, before, most)
