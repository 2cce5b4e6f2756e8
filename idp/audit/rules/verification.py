"""What is wrong with sealed records and with the chain of seals: each fault has a kind and names what it is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.audit.rules import merkle
from idp.audit.rules.seals import Link, Seal, is_intact


class Kind(StrEnum):
    RECORD_CHANGED = "record changed"
    RECORD_MISSING = "record missing"
    RECORD_INSERTED = "record inserted"
    RECORD_MOVED = "record moved"
    SEAL_CHANGED = "seal changed"
    SEAL_UNLINKED = "seal unlinked"
    """A seal does not name the hash of the seal before it: one of the two was replaced."""
    SEAL_UNMARKED = "seal unmarked"
    """A seal, or a stored position of the chain, bears no mark made with the master key."""
    SEAL_MISSING = "seal missing"
    SEAL_INSERTED = "seal inserted"
    CUT_AT_THE_BEGINNING = "cut at the beginning"
    CUT_AT_THE_END = "cut at the end"


@dataclass(frozen=True)
class Fault:
    """`seal`: its number; `until`: the last one of several; `record`: an id; `position`: a place within the seal, from 0."""

    kind: Kind
    seal: int
    record: int | None = None
    position: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Placed:
    """A stored record: its place within a seal, and the leaf hash of its present content."""

    id: int
    position: int | None
    leaf: bytes


@dataclass(frozen=True)
class StoredSeal:
    """A seal with what is stored beside it. `leaves`: the leaf hashes of its records. `mark`: see `idp.crypto.marks`."""

    seal: Seal
    leaves: tuple[bytes, ...]
    mark: str


def check_records(stored: StoredSeal, records: Sequence[Placed]) -> Iterator[Fault]:
    """The faults of the records of one seal."""
    seal, places = stored.seal, dict[int, Placed]()
    for record in records:
        if record.position is None or not 0 <= record.position < seal.count or record.position in places:
            yield Fault(Kind.RECORD_INSERTED, seal.number, record.id, record.position)
        else:
            places[record.position] = record
    for position in range(min(seal.count, len(records) + len(stored.leaves) + 1)):
        if position not in places:
            yield Fault(Kind.RECORD_MISSING, seal.number, None, position)
    if len(stored.leaves) != seal.count or merkle.root(stored.leaves).hex() != seal.root:
        # Without the leaves that the root covers, no record of the batch can be named.
        yield Fault(Kind.SEAL_CHANGED, seal.number)
        return
    stored_leaves = frozenset(stored.leaves)
    for position, record in sorted(places.items()):
        if record.leaf != stored.leaves[position]:
            kind = Kind.RECORD_MOVED if record.leaf in stored_leaves else Kind.RECORD_CHANGED
            yield Fault(kind, seal.number, record.id, position)


def check_seal(seal: Seal, previous: Link, beginning: int) -> Iterator[Fault]:
    """The faults of a seal that follows `previous`. `beginning`: the number after which the chain begins."""
    if seal.number != previous.number + 1:
        cut = previous.number == beginning
        yield Fault(
            Kind.CUT_AT_THE_BEGINNING if cut else Kind.SEAL_MISSING,
            previous.number + 1,
            until=seal.number - 1,
        )
    elif seal.previous != previous.hash:
        yield Fault(Kind.SEAL_UNLINKED, seal.number)
    if not is_intact(seal):
        yield Fault(Kind.SEAL_CHANGED, seal.number)


def check_end(last: Link, head: Link) -> Iterator[Fault]:
    """The faults of the end of the chain: its last seal is the one that the head names."""
    if last.number < head.number:
        yield Fault(Kind.CUT_AT_THE_END, last.number + 1, until=head.number)
    elif last.hash != head.hash:
        yield Fault(Kind.SEAL_CHANGED, head.number)
