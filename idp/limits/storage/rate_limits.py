"""Limits on rows that anonymous visitors of a network address, or a client, may cause.

Counted in the database, for all workers, in fixed windows of an hour. Each connection counts in rows of its own, so that
people behind one address do not wait for one another; a count is the sum of its rows. What another transaction has
counted is seen once that is committed: on PostgreSQL a budget may be exceeded by as many rows as there are
transactions open at the moment in which it is used up, less one. SQLite has one writer at a time, and exceeds no budget.
"""

import ipaddress
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    String,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.crypto.opaque_tokens import digest
from idp.database.compiled import Prepared
from idp.database.engine import Model, RowId, Seconds
from idp.database.expired import run
from idp.database.upserts import insert_into
from idp.runtime.context import settings

WINDOW = 3600
NETWORK = 10
"""Budget of a network, as a multiple of an address's budget."""


class RateLimit(Model):
    """Rows of one kind written for one place in one window, which ends at `forget_at`, by one connection.

    `bucket` is the digest of kind, place and window. `writer`: PostgreSQL's process id of the connection, which no other
    open connection has; 0 on SQLite.
    """

    __tablename__ = "rate_limits"
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    writer: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    taken: Mapped[int] = mapped_column(RowId)
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)


def places(address: str) -> tuple[str, str] | None:
    """(surrounding network, network that counts as one address) of an address; None if it is not an IP address.

    IPv4: /24 and the address. IPv6: /48 and /64, because a host that has one address of a /64 has them all.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    around, own = (24, 32) if parsed.version == 4 else (48, 64)
    return tuple(str(ipaddress.ip_network(f"{parsed}/{size}", strict=False)) for size in (around, own))  # type: ignore[return-value]


def take(tx: Connection, kind: str, address: str, now: int) -> bool:
    """Count one more row of `kind` for `address` and the network around it. Returns whether it may be written.

    A row that may not be written is counted for neither.
    """
    most = settings().throttling.rows_per_address
    networks = places(address)
    if networks is None:
        return _take(tx, [(f"{kind}\0address\0{address[:100]}", most)], now)
    around, own = networks
    return _take(tx, [(f"{kind}\0network\0{around}", most * NETWORK), (f"{kind}\0address\0{own}", most)], now)


def take_for_client(tx: Connection, kind: str, client_id: str, now: int) -> bool:
    """The same for an authenticated client, whatever its address."""
    return _take(tx, [(f"{kind}\0client\0{client_id}", settings().throttling.rows_per_client)], now)


@cache
def _count(dialect: str, budgets: int) -> Prepared:
    """Count one row in each bucket, if all of their sums are below their budgets; else in none of them."""
    writer = func.pg_backend_pid() if dialect == "postgresql" else literal_column("0")
    sums = [
        select(func.coalesce(func.sum(RateLimit.taken), 0))
        .where(RateLimit.bucket == bindparam(f"bucket{number}", type_=String))
        .scalar_subquery()
        for number in range(budgets)
    ]
    within = [taken < bindparam(f"most{number}", type_=BigInteger) for number, taken in enumerate(sums)]
    rows = [
        select(
            bindparam(f"bucket{number}", type_=String),
            writer,
            literal_column("1"),
            bindparam("ends", type_=BigInteger),
        ).where(*within)
        for number in range(budgets)
    ]
    counted = insert_into(dialect, RateLimit).from_select(
        ["bucket", "writer", "taken", "forget_at"], union_all(*rows) if budgets > 1 else rows[0]
    )
    return Prepared(
        counted.on_conflict_do_update(
            index_elements=[RateLimit.bucket, RateLimit.writer], set_={"taken": RateLimit.taken + 1}
        )
    )


def _take(tx: Connection, budgets: list[tuple[str, int]], now: int) -> bool:
    """`budgets`: (place, most rows within a window) of each place for which the row counts."""
    window = now // WINDOW
    parameters: dict[str, Any] = {"ends": (window + 1) * WINDOW}
    for number, (place, most) in enumerate(budgets):
        parameters |= {f"bucket{number}": digest(f"{place}\0{window}"), f"most{number}": most}
    return _count(tx.dialect.name, len(budgets)).run(tx, parameters) > 0


_batch = (
    select(RateLimit.bucket, RateLimit.writer)
    .where(RateLimit.forget_at < bindparam("before", type_=BigInteger))
    .order_by(RateLimit.forget_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("batch", nesting=True)
)
_expired = delete(RateLimit).where(
    tuple_(RateLimit.bucket, RateLimit.writer).in_(select(_batch.c.bucket, _batch.c.writer))
)


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of expired windows. Returns the number of rows."""
    return run(tx, _expired, now + 1, most)
