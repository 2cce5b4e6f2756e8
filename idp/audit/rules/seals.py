"""Seals: one row covers a batch of records by the root of their Merkle tree, and the seal before it by its hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from idp.audit.rules import merkle

FIELDS = ("id", "at", "act", "actor", "subject", "address", "detail")
"""What a leaf covers of a record. `detail` is its JSON text, as it is stored."""


@dataclass(frozen=True)
class Link:
    """The number and hash of a seal: of the last one, of the last purged one, of the last verified one. (0, ""): none."""

    number: int
    hash: str


@dataclass(frozen=True)
class Seal:
    """`root`, `previous` and `hash` are 64 hexadecimal digits (`previous` of the first seal is empty). `sealed_at`: epoch seconds."""

    number: int
    count: int
    root: str
    previous: str
    sealed_at: int
    hash: str

    @property
    def link(self) -> Link:
        return Link(self.number, self.hash)


def canonical(value: object) -> bytes:
    """JSON in one form: keys sorted, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_of(record: Mapping[str, Any]) -> bytes:
    """The leaf hash of a record."""
    return merkle.leaf_hash(canonical({name: record[name] for name in FIELDS}))


def hash_of(number: int, count: int, root: str, previous: str, sealed_at: int) -> str:
    """The hash of a seal over its own members."""
    members = {"number": number, "count": count, "root": root, "previous": previous, "sealed_at": sealed_at}
    return hashlib.sha256(canonical(members)).hexdigest()


def next_seal(last: Link, leaves: Sequence[bytes], now: int) -> Seal:
    """The seal over `leaves` that follows `last`."""
    number, count, root = last.number + 1, len(leaves), merkle.root(leaves).hex()
    return Seal(number, count, root, last.hash, now, hash_of(number, count, root, last.hash, now))


def is_intact(seal: Seal) -> bool:
    """Whether a seal's own hash is that of its members."""
    return seal.hash == hash_of(seal.number, seal.count, seal.root, seal.previous, seal.sealed_at)
