"""Statements that read and shorten the chain: seals and their records in order, the verified seal, the purge."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from idp.audit.rules import merkle
from idp.audit.rules.seals import FIELDS, Link, Seal, leaf_of
from idp.audit.rules.verification import Fault, Kind, Placed, StoredSeal
from idp.audit.storage.seals import PURGED, SEAL, VERIFIED, Head, marked_text
from idp.audit.storage.tables import AuditHead, AuditRecord, AuditSeal
from idp.crypto.marks import mark

_A_READ = 50
_WHOLE = 2_000
"""Seals that are read at once, and records that are held in memory for them, give or take one seal."""


def seals(connection: Connection, after: int, until: int) -> Iterator[StoredSeal]:
    """The seals with numbers above `after` and up to `until`, in order."""
    statement = select(AuditSeal.__table__).order_by(AuditSeal.number).limit(_A_READ)
    while rows := connection.execute(
        statement.where(AuditSeal.number > after, AuditSeal.number <= until)
    ).all():
        yield from (_stored(row) for row in rows)
        after = rows[-1].number


def _stored(row: Any) -> StoredSeal:
    seal = Seal(row.number, row.count, row.root, row.previous, row.sealed_at, row.hash)
    parts = range(0, len(row.leaves), merkle.SIZE)
    return StoredSeal(seal, tuple(bytes(row.leaves[at : at + merkle.SIZE]) for at in parts), row.mark)


def batches(stored: Iterator[StoredSeal]) -> Iterator[list[StoredSeal]]:
    """Consecutive seals whose records fit into memory."""
    batch: list[StoredSeal] = []
    for stored_seal in stored:
        batch.append(stored_seal)
        if sum(each.seal.count for each in batch) >= _WHOLE:
            yield batch
            batch = []
    if batch:
        yield batch


def pieces(stored: Iterator[StoredSeal], most: int) -> Iterator[list[StoredSeal]]:
    """Consecutive seals, at most `most` at a time."""
    while piece := list(islice(stored, most)):
        yield piece


def rows_of(connection: Connection, first: int, last: int) -> dict[int, list[Any]]:
    """Seal number → the rows of its records by position, for the seals from `first` to `last`."""
    statement = (
        select(*(getattr(AuditRecord, name) for name in FIELDS), AuditRecord.seal, AuditRecord.position)
        .where(AuditRecord.seal >= first, AuditRecord.seal <= last)
        .order_by(AuditRecord.seal, AuditRecord.position)
    )
    rows_of_seal: dict[int, list[Any]] = {}
    for row in connection.execute(statement).mappings():
        rows_of_seal.setdefault(row["seal"], []).append(row)
    return rows_of_seal


def placed(rows: Sequence[Any]) -> list[Placed]:
    return [Placed(row["id"], row["position"], leaf_of(row)) for row in rows]


_last_number = select(AuditHead.number).where(AuditHead.id == 1).scalar_subquery()
_purged_number = select(AuditHead.purged_number).where(AuditHead.id == 1).scalar_subquery()
# A statement for each end: with OR both tables would be read whole.
_strange_seals = [
    select(AuditSeal.number).where(strange).order_by(AuditSeal.number)
    for strange in (AuditSeal.number <= _purged_number, AuditSeal.number > _last_number)
]
_strange_records = [
    select(AuditRecord.id, AuditRecord.seal, AuditRecord.position)
    .where(strange)
    .order_by(AuditRecord.seal, AuditRecord.position)
    for strange in (AuditRecord.seal <= _purged_number, AuditRecord.seal > _last_number)
]


def beyond_the_ends(connection: Connection, most: int) -> list[Fault]:
    """Seals before the beginning or after the end of the chain, and their records."""
    return [
        *(
            Fault(Kind.SEAL_INSERTED, row.number)
            for statement in _strange_seals
            for row in connection.execute(statement.limit(most))
        ),
        *(
            Fault(Kind.RECORD_INSERTED, row.seal, row.id, row.position)
            for statement in _strange_records
            for row in connection.execute(statement.limit(most))
        ),
    ]


def note_verified(tx: Connection, verified: Link, head: Head) -> None:
    """Store the last verified seal. The mark of the purged seal is made anew, under the master key of today."""
    tx.execute(
        update(AuditHead)
        .where(AuditHead.id == 1, AuditHead.verified_number <= verified.number)
        .values(
            verified_number=verified.number,
            verified_hash=verified.hash,
            verified_mark=mark(VERIFIED, marked_text(verified)),
        )
    )
    if head.purged.number:
        tx.execute(
            update(AuditHead)
            .where(AuditHead.id == 1, AuditHead.purged_number == head.purged.number)
            .values(purged_mark=mark(PURGED, marked_text(head.purged)))
        )


_remark = (
    update(AuditSeal)
    .where(AuditSeal.number == bindparam("seal"), AuditSeal.hash == bindparam("seal_hash"))
    .values(mark=bindparam("new_mark"))
)


def remark(tx: Connection, links: Sequence[Link]) -> int:
    """Mark seals anew, under the master key of today. Returns their number; one that is another seal by now is left."""
    marks = [
        {"seal": link.number, "seal_hash": link.hash, "new_mark": mark(SEAL, marked_text(link))}
        for link in links
    ]
    return sum(tx.execute(_remark, row).rowcount for row in marks)


_beginning = select(AuditHead.purged_number).where(AuditHead.id == 1).with_for_update()


def purge(tx: Connection, before: int, most: int = 500) -> int:
    """Delete the oldest whole seals whose records are all older than `before` (epoch seconds). Returns the number of records.

    As many seals as it takes to reach `most` records. The head holds where the chain now begins.
    """
    begins = tx.execute(_beginning).scalar_one()
    listed = tx.execute(
        select(AuditSeal.number, AuditSeal.count.label("records"), AuditSeal.hash, AuditSeal.sealed_at)
        .where(AuditSeal.number > begins)
        .order_by(AuditSeal.number)
        .limit(most)
    ).all()
    newest = _newest(tx, listed[0].number, listed[-1].number) if listed else {}
    last, counted = None, 0
    for row in listed:
        # A record written by a clock that was ahead does not delay the records after it.
        if min(newest.get(row.number, 0), row.sealed_at) >= before or counted >= most:
            break
        last, counted = row, counted + row.records
    if last is None:
        return 0
    purged = Link(last.number, last.hash)
    tx.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(
            purged_number=purged.number,
            purged_hash=purged.hash,
            purged_mark=mark(PURGED, marked_text(purged)),
        )
    )
    tx.execute(delete(AuditSeal).where(AuditSeal.number <= purged.number))
    return tx.execute(delete(AuditRecord).where(AuditRecord.seal <= purged.number)).rowcount


def _newest(tx: Connection, first: int, last: int) -> dict[int, int]:
    """Seal number → the time of its newest record."""
    rows = tx.execute(
        select(AuditRecord.seal, func.max(AuditRecord.at))
        .where(AuditRecord.seal >= first, AuditRecord.seal <= last)
        .group_by(AuditRecord.seal)
    )
    return {seal: at for seal, at in rows}


def seals_between(connection: Connection, since: int | None, until: int | None) -> tuple[int, int] | None:
    """The numbers of the first and last seal with a record from `since` to before `until`; None if there is none."""
    if since is None and until is None:
        # Each statement reads one end of the index; a single statement would read all of it.
        first, last = (
            connection.execute(select(end(AuditRecord.seal))).scalar() for end in (func.min, func.max)
        )
    else:
        statement = select(func.min(AuditRecord.seal), func.max(AuditRecord.seal))
        first, last = connection.execute(statement.where(*_in_time(since, until))).one()
    return None if first is None or last is None else (first, last)


def unsealed_rows(connection: Connection, since: int | None, until: int | None) -> Iterator[Any]:
    """The rows of records that are not sealed yet, in the order of their ids."""
    statement = (
        select(AuditRecord.__table__)
        .where(AuditRecord.seal.is_(None), *_in_time(since, until))
        .order_by(AuditRecord.id)
    )
    return iter(connection.execute(statement).mappings().all())


def _in_time(since: int | None, until: int | None) -> list[Any]:
    return [
        *([] if since is None else [AuditRecord.at >= since]),
        *([] if until is None else [AuditRecord.at < until]),
    ]
