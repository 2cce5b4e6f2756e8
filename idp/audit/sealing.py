"""Sealing: the worker puts records that are committed into batches, each covered by one seal (`idp.audit.rules.seals`).

Acts insert records without waiting for one another; the order of a batch is that of the ids it finds. A record whose
transaction commits late is sealed in a later batch. One sealer at a time holds the head of the chain; another one finds
it held and leaves the work to it. A sealer that dies has changed nothing.
"""

from idp.audit.rules.seals import next_seal
from idp.audit.storage import seals
from idp.database.engine import reading, transaction
from idp.due_times import APART

BATCH = 1000
"""Records of a seal, at most."""

MOST_BATCHES = 20
"""Batches of one call: the worker has other work too, and comes back within a second."""


def seal_due(now: int) -> int:
    """Seal what has waited for a second, or fills a batch. Returns the number of sealed records.

    The pause gathers the acts of a second under one seal: with a turn of half a second, a record is sealed within two.
    """
    waiting = seals.waiting_since(reading(), BATCH)
    # A record from a clock that is ahead must not wait until that time has come.
    if not waiting or (len(waiting) < BATCH and now <= waiting[0] <= now + APART):
        return 0
    return seal_all(now)


def seal_all(now: int) -> int:
    """Seal every committed record, however young. Returns the number of sealed records."""
    sealed = 0
    for _ in range(MOST_BATCHES):
        batch = _seal_batch(now)
        sealed += batch
        if batch < BATCH:
            break
    return sealed


def _seal_batch(now: int) -> int:
    with transaction() as tx:
        head = seals.hold_head(tx)
        records = seals.unsealed(tx, BATCH) if head else []
        if head is None or not records:
            return 0
        seals.put(tx, next_seal(head.last, [leaf for _, leaf in records], now), records)
    return len(records)
