"""Verification: compares the records and the chain of seals with the hashes in the seals.

It begins after the last verified seal, which is stored with its hash and a mark, or at the beginning of the chain.
A mark that was made under a master key which is not configured cannot be checked: the chain may be intact, yet somebody
who writes to the database could have computed it anew under an invented key id. It is reported, and is no success.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from idp.audit.rules.seals import Link
from idp.audit.rules.verification import Fault, Kind, StoredSeal, check_end, check_records, check_seal
from idp.audit.storage import chain, seals
from idp.crypto.marks import is_marked, master_key_of
from idp.database.engine import Connection, reading, transaction

MOST_FAULTS = 100


@dataclass(frozen=True)
class Unchecked:
    """Marks from seal `first` to seal `last` were made under a master key that is not configured; `master_key`: its id."""

    master_key: str
    first: int
    last: int


@dataclass(frozen=True)
class Report:
    """`seals` and `records` were verified; `last` is the end of the chain. `oldest`: time of the oldest unsealed record."""

    faults: tuple[Fault, ...]
    unchecked: tuple[Unchecked, ...]
    seals: int
    records: int
    last: Link
    unsealed: int
    oldest: int | None

    @property
    def holds(self) -> bool:
        """Whether the chain is intact and every mark was checked."""
        return not self.faults and not self.unchecked


def verify(everything: bool = False) -> Report:
    """Verify what was sealed since the last verification, or `everything` that is stored; if it holds, store how far."""
    connection = reading()
    head = seals.head(connection)
    run = _Run(connection, head, everything)
    faults = list(islice(run.faults(), MOST_FAULTS))
    faults += chain.beyond_the_ends(connection, MOST_FAULTS - len(faults))
    # A purge may have taken the beginning away meanwhile.
    begins = seals.head(connection).purged.number
    if begins != head.purged.number:
        faults = [fault for fault in faults if (fault.until or fault.seal) > begins]
    if not faults and not run.unchecked:
        with transaction(durable=False) as tx:
            chain.note_verified(tx, head.last, head)
    unsealed, oldest = seals.unsealed_count(connection)
    unchecked = tuple(Unchecked(key, *numbers) for key, numbers in run.unchecked.items())
    return Report(tuple(faults), unchecked, run.seals, run.records, head.last, unsealed, oldest)


class _Run:
    """One verification: where it begins, and what it has counted."""

    def __init__(self, connection: Connection, head: seals.Head, everything: bool) -> None:
        self._connection, self._head, self._everything = connection, head, everything
        self.seals = self.records = 0
        self.unchecked: dict[str, tuple[int, int]] = {}
        """Id of a master key that is not configured → (first, last) number of the seals whose marks name it."""
        verified = head.verified
        # Only a mark of a master key that is configured lets a verification begin later than the chain does.
        self._trusted = verified.number > head.purged.number and is_marked(
            seals.VERIFIED, seals.marked_text(verified), head.verified_mark
        )

    def faults(self) -> Iterator[Fault]:
        head = self._head
        yield from self._of_marks()
        previous = head.purged
        if self._trusted and not self._everything:
            previous = head.verified
            yield from self._of_the_verified_seal()
            if previous.number > head.last.number:
                return
        for batch in chain.batches(chain.seals(self._connection, previous.number, head.last.number)):
            rows = chain.rows_of(self._connection, batch[0].seal.number, batch[-1].seal.number)
            for stored in batch:
                yield from check_seal(stored.seal, previous, head.purged.number)
                yield from self._of_its_mark(stored)
                yield from check_records(stored, chain.placed(rows.get(stored.seal.number, [])))
                previous = stored.seal.link
                self.seals, self.records = self.seals + 1, self.records + stored.seal.count
        yield from check_end(previous, head.last)

    def _of_marks(self) -> Iterator[Fault]:
        purged, verified = self._head.purged, self._head.verified
        text = seals.marked_text(purged)
        if purged.number:
            yield from self._of_mark(purged.number, seals.PURGED, text, self._head.purged_mark)
        if verified.number > purged.number:
            yield from self._of_mark(
                verified.number, seals.VERIFIED, seals.marked_text(verified), self._head.verified_mark
            )
        if self._trusted and verified.number > self._head.last.number:
            yield Fault(Kind.CUT_AT_THE_END, self._head.last.number + 1, until=verified.number)

    def _of_the_verified_seal(self) -> Iterator[Fault]:
        verified = self._head.verified
        stored = next(chain.seals(self._connection, verified.number - 1, verified.number), None)
        if stored is not None:
            yield from check_seal(stored.seal, Link(verified.number - 1, stored.seal.previous), -1)
            yield from self._of_its_mark(stored)
        elif verified.number <= self._head.last.number:
            yield Fault(Kind.SEAL_MISSING, verified.number)

    def _of_its_mark(self, stored: StoredSeal) -> Iterator[Fault]:
        """A seal of a master key that is gone counts if it was verified before: the verified seal's hash covers it."""
        seal, verified = stored.seal, self._head.verified
        if not (self._trusted and seal.number <= verified.number and self._is_uncheckable(stored)):
            yield from self._of_mark(seal.number, seals.SEAL, seals.marked_text(seal.link), stored.mark)
        if self._trusted and seal.number == verified.number and seal.hash != verified.hash:
            yield Fault(Kind.SEAL_CHANGED, seal.number)

    @staticmethod
    def _is_uncheckable(stored: StoredSeal) -> bool:
        return is_marked(seals.SEAL, seals.marked_text(stored.seal.link), stored.mark) is None

    def _of_mark(self, number: int, context: str, text: str, mark: str) -> Iterator[Fault]:
        """The fault of a mark. One that cannot be checked is noted in `unchecked`."""
        marked = is_marked(context, text, mark)
        if marked is None:
            key = master_key_of(mark)
            first, last = self.unchecked.get(key, (number, number))
            self.unchecked[key] = min(first, number), max(last, number)
        elif not marked:
            yield Fault(Kind.SEAL_UNMARKED, number)
