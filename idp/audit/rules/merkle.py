"""Merkle tree hash of a list of leaves (RFC 9162 §2.1.1), SHA-256."""

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"
SIZE = 32
"""Bytes of a hash."""


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf. The prefix keeps a leaf from passing as a node."""
    return hashlib.sha256(LEAF + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree hash of leaf hashes, in order. No leaves: the hash of nothing.

    An odd hash at the end of a level is carried up unchanged, which gives the tree of the RFC: each left subtree has the
    largest power of two that is smaller than the number of its leaves.
    """
    level = list(leaves)
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        above = [
            hashlib.sha256(NODE + level[index] + level[index + 1]).digest()
            for index in range(0, len(level) - 1, 2)
        ]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]
