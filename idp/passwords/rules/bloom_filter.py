"""A Bloom filter over SHA-1 digests: a set of millions of passwords in a few megabytes, with a known rate of false positives.

No maintained library has a stable file format that can be mapped into memory; this format is a header and bits. Passwords
are identified by SHA-1 because published lists of breached passwords are; it protects nothing here.
"""

import hashlib
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from idp.passwords.rules.passwords import normalise_password

MAGIC = b"EIDPBF01"
HEAD = struct.Struct(">8sQQB7x")
"""Magic, number of elements, number of bits, bits set for each element."""


class Bits(Protocol):
    """Indexable bytes: a bytearray while a filter is built, a mapped file afterwards."""

    def __getitem__(self, index: int, /) -> int: ...


@dataclass(frozen=True)
class Shape:
    """`count` elements in `bits` bits, `hashes` of which belong to each element."""

    count: int
    bits: int
    hashes: int

    @property
    def size(self) -> int:
        """Bytes of the bits."""
        return -(-self.bits // 8)

    @property
    def false_positives(self) -> float:
        """Rate of false positives, 0 to 1."""
        return float((1 - math.exp(-self.hashes * self.count / self.bits)) ** self.hashes)

    def head(self) -> bytes:
        return HEAD.pack(MAGIC, self.count, self.bits, self.hashes)


def shape_for(count: int, false_positives: float) -> Shape:
    """The smallest filter for `count` elements at this rate."""
    count = max(count, 1)
    bits = max(64, math.ceil(-count * math.log(false_positives) / math.log(2) ** 2))
    return Shape(count, bits, max(1, round(bits / count * math.log(2))))


def read_head(head: bytes, length: int) -> Shape:
    """The shape of a file of `length` bytes. Raises ValueError if the format is wrong or the file incomplete."""
    if len(head) < HEAD.size:
        raise ValueError("it is too short")
    magic, count, bits, hashes = HEAD.unpack(head[: HEAD.size])
    shape = Shape(count, bits, hashes)
    if magic != MAGIC or not bits or not hashes:
        raise ValueError("it is not a filter of breached passwords")
    if length != HEAD.size + shape.size:
        raise ValueError("it is not whole")
    return shape


def digest_of(password: str) -> bytes:
    """SHA-1 of the normalised password, as in published lists."""
    text = normalise_password(password)
    return hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()


def places(digest: bytes, shape: Shape) -> Iterator[int]:
    """The numbers of the bits that belong to an element (Kirsch and Mitzenmacher: two hashes make any number)."""
    first, second = struct.unpack(">QQ", digest[:16])
    for number in range(shape.hashes):
        yield (first + number * (second | 1)) % shape.bits


def add(bits: bytearray, digest: bytes, shape: Shape) -> None:
    for place in places(digest, shape):
        bits[place >> 3] |= 1 << (place & 7)


def holds(bits: Bits, digest: bytes, shape: Shape, offset: int = 0) -> bool:
    """Whether the element may be in the set. `offset`: bytes before the bits."""
    return all(bits[offset + (place >> 3)] >> (place & 7) & 1 for place in places(digest, shape))
