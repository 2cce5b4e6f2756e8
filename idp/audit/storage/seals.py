"""Statements of the sealer: the head of the chain, unsealed records, a new seal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from idp.audit.rules.seals import FIELDS, Link, Seal, leaf_of
from idp.audit.storage.tables import AuditHead, AuditRecord, AuditSeal
from idp.crypto.marks import mark

SEAL, PURGED, VERIFIED = "audit seal", "audit purged", "audit verified"
"""Contexts of marks (`idp.crypto.marks`)."""


@dataclass(frozen=True)
class Head:
    """The ends of the chain, and the last verified seal; marks of the latter two."""

    last: Link
    purged: Link
    purged_mark: str
    verified: Link
    verified_mark: str


def marked_text(link: Link) -> str:
    """What a mark covers."""
    return f"{link.number} {link.hash}"


_the_head = select(AuditHead.__table__).where(AuditHead.id == 1)
_held_head = _the_head.with_for_update(skip_locked=True)


def head(connection: Connection) -> Head:
    return _head_of(connection.execute(_the_head).one())


def hold_head(tx: Connection) -> Head | None:
    """The head, held until the end of the transaction; None while another sealer or purge holds it."""
    row = tx.execute(_held_head).one_or_none()
    return None if row is None else _head_of(row)


def _head_of(row: Any) -> Head:
    return Head(
        Link(row.number, row.hash),
        Link(row.purged_number, row.purged_hash),
        row.purged_mark,
        Link(row.verified_number, row.verified_hash),
        row.verified_mark,
    )


_columns = [getattr(AuditRecord, name) for name in FIELDS]
_unsealed = select(*_columns).where(AuditRecord.seal.is_(None)).order_by(AuditRecord.id)
_first_unsealed = (
    select(AuditRecord.at).where(AuditRecord.seal.is_(None)).order_by(AuditRecord.id).limit(bindparam("most"))
)
_how_many_unsealed = select(func.count(), func.min(AuditRecord.at)).where(AuditRecord.seal.is_(None))


def unsealed(tx: Connection, most: int) -> list[tuple[int, bytes]]:
    """(id, leaf hash) of the first unsealed records that are committed, in the order of their ids."""
    rows = tx.execute(_unsealed.limit(most)).mappings()
    return [(row["id"], leaf_of(dict(row))) for row in rows]


def waiting_since(connection: Connection, most: int) -> list[int]:
    """The times of the first unsealed records."""
    return list(connection.execute(_first_unsealed, {"most": most}).scalars())


def unsealed_count(connection: Connection) -> tuple[int, int | None]:
    """How many records are not sealed yet, and the time of the oldest one."""
    count, oldest = connection.execute(_how_many_unsealed).one()
    return int(count), oldest


def seal_lag(connection: Connection, now: int) -> int:
    """Seconds since the oldest record that is not sealed yet; 0 if every record is sealed."""
    oldest = waiting_since(connection, 1)
    return max(0, now - oldest[0]) if oldest else 0


_place = (
    update(AuditRecord)
    .where(AuditRecord.id == bindparam("record"))
    .values(seal=bindparam("number"), position=bindparam("place"))
)
_move = (
    update(AuditHead)
    .where(AuditHead.id == 1, AuditHead.number == bindparam("before"))
    .values(number=bindparam("after"), hash=bindparam("new_hash"))
)


def put(tx: Connection, seal: Seal, records: Sequence[tuple[int, bytes]]) -> None:
    """Insert a seal, give its records their places, and move the head. Raises RuntimeError if the head is another one."""
    moved = tx.execute(_move, {"before": seal.number - 1, "after": seal.number, "new_hash": seal.hash})
    if moved.rowcount != 1:
        raise RuntimeError("another seal has been put at the end of the chain")
    row = {
        **{name: getattr(seal, name) for name in Seal.__dataclass_fields__},
        "mark": mark(SEAL, marked_text(seal.link)),
        "leaves": b"".join(leaf for _, leaf in records),
    }
    tx.execute(insert(AuditSeal), row)
    places = [
        {"record": number, "number": seal.number, "place": place} for place, (number, _) in enumerate(records)
    ]
    tx.execute(_place, places)
