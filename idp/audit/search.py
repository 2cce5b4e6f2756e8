"""Search of the audit trail, for a page or a command."""

from collections.abc import Collection, Iterator

from idp.audit.storage import records
from idp.audit.storage.records import Event as Event
from idp.database.engine import reading

STEP = 1000
"""Records of a step."""


def search(
    act: str,
    actors: Collection[str],
    subjects: Collection[str],
    since: int | None,
    until: int | None,
    beyond: int | None,
    most: int,
    oldest_first: bool = False,
) -> list[Event]:
    """The newest records that match all filters, beyond the id of the page before; `act` is a prefix. Times are epoch seconds."""
    return records.search(reading(), act, actors, subjects, since, until, beyond, most, oldest_first)


def everything(
    act: str,
    actors: Collection[str],
    subjects: Collection[str],
    since: int | None,
    until: int | None,
    most: int,
    oldest_first: bool = False,
) -> Iterator[Event]:
    """All records that match, `most` at most, read in steps."""
    beyond, left = None, most
    while left > 0:
        step = min(left, STEP)
        batch = search(act, actors, subjects, since, until, beyond, step, oldest_first)
        yield from batch
        if len(batch) < step:
            return
        beyond, left = batch[-1].id, left - len(batch)
