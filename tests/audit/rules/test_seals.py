"""The tree of RFC 9162 and the chain of seals, against an independent reading of the RFC."""

import hashlib

import pytest

from idp.audit.rules import merkle
from idp.audit.rules.seals import Link, is_intact, leaf_of, next_seal
from idp.audit.rules.verification import Kind, Placed, StoredSeal, check_end, check_records, check_seal


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100])
def test_the_root_is_the_tree_hash_of_the_rfc(number: int) -> None:
    leaves = [merkle.leaf_hash(str(index).encode()) for index in range(number)]
    assert merkle.root(leaves) == by_definition(leaves)


def test_hashes_of_certificate_transparencys_test_vectors() -> None:
    """Of the reference implementation of RFC 6962, whose tree RFC 9162 keeps."""
    contents = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    leaves = [merkle.leaf_hash(bytes.fromhex(content)) for content in contents]
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaves[0].hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


RECORD = {"id": 7, "at": 5, "act": "é", "actor": "a", "subject": "s", "address": None, "detail": "{}"}


@pytest.mark.parametrize("name", RECORD)
def test_a_leaf_covers_every_member_of_a_record(name: str) -> None:
    assert leaf_of({**RECORD, name: "other"}) != leaf_of(RECORD) == leaf_of({**RECORD, "seal": 1})


@pytest.mark.parametrize("name", ["number", "count", "root", "previous", "sealed_at"])
def test_the_hash_of_a_seal_covers_every_member(name: str) -> None:
    import dataclasses

    seal = next_seal(Link(4, "previous"), [leaf_of(RECORD)], 10)
    assert is_intact(seal) and (seal.number, seal.previous) == (5, "previous")
    value = getattr(seal, name)
    changed = value + 1 if isinstance(value, int) else value + "0"
    assert not is_intact(dataclasses.replace(seal, **{name: changed}))


LEAVES = tuple(merkle.leaf_hash(bytes([index])) for index in range(4))
SEAL = next_seal(Link(0, ""), LEAVES, 10)
STORED = StoredSeal(SEAL, LEAVES, "")
INTACT = [Placed(11 + index, index, leaf) for index, leaf in enumerate(LEAVES)]
OTHER = merkle.leaf_hash(b"other")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (INTACT, []),
        ([*INTACT[:2], Placed(13, 2, OTHER), INTACT[3]], [(Kind.RECORD_CHANGED, 13, 2)]),
        ([*INTACT[:2], INTACT[3]], [(Kind.RECORD_MISSING, None, 2)]),
        ([*INTACT, Placed(99, 4, OTHER)], [(Kind.RECORD_INSERTED, 99, 4)]),
        ([*INTACT, Placed(99, None, OTHER)], [(Kind.RECORD_INSERTED, 99, None)]),
        (
            [INTACT[0], Placed(13, 1, LEAVES[2]), Placed(12, 2, LEAVES[1]), INTACT[3]],
            [(Kind.RECORD_MOVED, 13, 1), (Kind.RECORD_MOVED, 12, 2)],
        ),
        ([], [(Kind.RECORD_MISSING, None, position) for position in range(4)]),
    ],
)
def test_a_fault_of_a_record_is_named(records: list[Placed], expected: list[object]) -> None:
    faults = [(fault.kind, fault.record, fault.position) for fault in check_records(STORED, records)]
    assert faults == expected


def test_leaves_that_the_root_does_not_cover_name_no_record() -> None:
    stored = StoredSeal(SEAL, (*LEAVES[:3], OTHER), "")
    assert [fault.kind for fault in check_records(stored, INTACT)] == [Kind.SEAL_CHANGED]


def test_a_fault_of_the_chain_is_named() -> None:
    third = next_seal(Link(2, "x"), LEAVES, 10)
    assert list(check_seal(SEAL, Link(0, ""), 0)) == []
    (missing,) = check_seal(third, Link(1, "y"), 0)
    assert (missing.kind, missing.seal, missing.until) == (Kind.SEAL_MISSING, 2, 2)
    (cut,) = check_seal(third, Link(1, "y"), 1)
    assert cut.kind == Kind.CUT_AT_THE_BEGINNING
    (unlinked,) = check_seal(third, Link(2, "y"), 0)
    assert unlinked.kind == Kind.SEAL_UNLINKED
    assert list(check_end(third.link, third.link)) == []
    (end,) = check_end(third.link, Link(5, "z"))
    assert (end.kind, end.seal, end.until) == (Kind.CUT_AT_THE_END, 4, 5)
